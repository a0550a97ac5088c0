import { Writable } from "node:stream";
import { pino } from "pino";
import { expect, test } from "vitest";
import { sureLogger, type Logger } from "./logger.ts";

test("pino keeps the error and its stack, and what else belongs to a line", () => {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const root = pino({ level: "debug" }, stream);
  for (const logger of [root, root.child({ part: "ws" })]) {
    lines.length = 0;
    const sure = sureLogger(logger);
    const error = new RangeError("too much %s");
    sure.error("A handler failed (SAY)", error);
    sure.warn("Refused", { origin: "https://a.example" });
    sure.error("Both", { id: 1 }, error, "more");
    sure.debug("Nothing besides");
    expect(lines).toMatchObject([
      {
        level: 50,
        msg: "A handler failed (SAY)",
        err: { type: "RangeError", message: "too much %s", stack: error.stack },
      },
      { level: 40, msg: "Refused", details: [{ origin: "https://a.example" }] },
      { level: 50, msg: "Both", err: { stack: error.stack }, details: [{ id: 1 }, "more"] },
      { level: 20, msg: "Nothing besides" },
    ]);
  }
});

test("others get what they always got, and may throw", () => {
  const heard: unknown[] = [];
  const error = new Error("x");
  const log = (...args: unknown[]) => {
    heard.push(args);
    throw new Error("disk full");
  };
  sureLogger({ debug: log, warn: log, error: log }).error("Failed", error, 5);
  expect(heard).toEqual([["Failed", error, 5]]);
});

test("one that lacks a method is refused", () => {
  expect(() => sureLogger({ warn: () => {}, error: () => {} } as unknown as Logger)).toThrow(
    "logger has no function debug: console has all three",
  );
});
