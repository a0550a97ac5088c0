import { Writable } from "node:stream";
import { pino } from "pino";
import { expect, test } from "vitest";
import winston from "winston";
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

/** A stream that keeps what is written, and a winston logger that writes there. */
function winstonOf(options: winston.LoggerOptions = {}) {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(chunk.toString().trimEnd());
      done();
    },
  });
  const transports = [new winston.transports.Stream({ stream })];
  return { lines, logger: winston.createLogger({ level: "debug", transports, ...options }) };
}

test("winston keeps an error, its stack and its causes, whatever its text", () => {
  const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
  const error = Object.assign(new RangeError("too much %s", { cause }), { level: 3 });
  const several = new AggregateError([new Error("one")], "several");
  const { lines, logger: root } = winstonOf();
  for (const logger of [root, root.child({ part: "ws" })]) {
    lines.length = 0;
    const sure = sureLogger(logger);
    sure.error("too much %s (SAY)", error);
    sure.warn("Refused", { origin: "https://a.example" });
    sure.error("Both", { id: 1 }, several, error);
    sure.debug("Nothing besides %s");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      {
        level: "error",
        message: "too much %s (SAY)",
        stack: error.stack,
        err: {
          type: "RangeError",
          message: "too much %s",
          level: 3,
          cause: { type: "Error", message: "refused", stack: cause.stack, code: "ECONNREFUSED" },
        },
      },
      { level: "warn", message: "Refused", details: [{ origin: "https://a.example" }] },
      {
        level: "error",
        message: "Both",
        stack: several.stack,
        err: { type: "AggregateError", errors: [{ message: "one" }] },
        details: [{ id: 1 }, { message: "too much %s", stack: error.stack }],
      },
      { level: "debug", message: "Nothing besides %s" },
    ]);
  }
});

test("a format of winston's finds the stack where it looks for it", () => {
  const format = winston.format.printf(({ level, message, stack }) => `${level} ${String(message)} ${String(stack)}`);
  const { lines, logger } = winstonOf({ format });
  const error = new Error("too much");
  sureLogger(logger).error("too much (SAY)", error);
  expect(lines).toEqual([`error too much (SAY) ${error.stack}`]);
});

test("an error that is its own cause, or that nobody may look at, is logged all the same", () => {
  const { lines, logger } = winstonOf();
  const endless = new Error("endless");
  endless.cause = endless;
  const odd = Object.defineProperty(new Error("odd"), "stack", {
    get() {
      throw new Error("no stack");
    },
  });
  for (const error of [endless, odd]) sureLogger(logger).error("Failed", error);
  expect(lines).toEqual([expect.stringContaining("endless"), expect.stringContaining("odd")]);
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
