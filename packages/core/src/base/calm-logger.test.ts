import { inspect } from "node:util";
import { expect, it } from "vitest";
import { memoryLogger, VirtualClock } from "../../test/harness.ts";
import { calmLogger } from "./calm-logger.ts";

function rig(sleeps = false) {
  const clock = new VirtualClock();
  const sink = memoryLogger();
  return { clock, lines: sink.lines, logger: calmLogger(sink, clock, sleeps) };
}

it("logs the same line once a minute, then how often it came", async () => {
  const { clock, lines, logger } = rig();
  for (let i = 0; i < 3_000; i++) logger.error(`broken ("ASK", ${crypto.randomUUID()}, ${i})`);
  logger.warn("something else");
  expect(lines).toHaveLength(2);
  await clock.advance(60_000);
  expect(lines).toHaveLength(3);
  expect(lines[2]).toMatch(/^error: 2999 more like this within a minute: broken/);
  expect(clock.pending).toBe(0);
  logger.error('broken ("ASK", 3)');
  expect(lines).toHaveLength(4);
});

it("keeps a process that sleeps awake for nothing", async () => {
  const { clock, lines, logger } = rig(true);
  for (let i = 0; i < 10; i++) logger.warn("same");
  expect(clock.pending).toBe(0);
  await clock.advance(70_000);
  logger.warn("same");
  expect(lines).toEqual(["warn: same", "warn: 9 more like this within a minute: same", "warn: same"]);
});

it("bounds lines however many kinds there are", async () => {
  const { clock, lines, logger } = rig();
  const letters = (n: number) => n.toString(2).replaceAll("1", "a").replaceAll("0", "b");
  for (let i = 0; i < 10_000; i++) logger.warn(`Refused ${letters(i)}`);
  expect(lines.length).toBeLessThanOrEqual(201);
  await clock.advance(60_000);
  expect(lines.at(-1)).toMatch(/^warn: 9\d\d\d more/);
});

it("escapes it in errors as well, and in their causes; of others nothing changes", () => {
  const given: unknown[] = [];
  const sink = { debug() {}, warn() {}, error: (_: string, ...details: unknown[]) => void given.push(...details) };
  const logger = calmLogger(sink, new VirtualClock(), false);
  class Denied extends Error {
    override readonly name = "Denied";
    readonly code = 7;
  }
  const plain = new Denied("a\n  b", { cause: new Error("c") });
  const bad = new Denied("a\u001b[2J\n  b\r", { cause: new Error("c\u009b") });
  const around = new Error("d", { cause: bad });
  const odd = Object.defineProperty(new Error("e"), "stack", {
    get() {
      throw new Error("no stack");
    },
  });
  const endless = new Error("f\u001b");
  endless.cause = endless;
  const several = new AggregateError([plain, bad], "g");
  for (const [i, error] of [plain, bad, around, odd, endless, "text", { a: 1 }, several].entries())
    logger.error("abcdefgh".slice(i), error);
  expect(given).toHaveLength(8);
  expect([given[0], given[3]]).toEqual([plain, odd]);
  expect(given[0]).toBe(plain);
  const copy = given[1] as Denied;
  expect([copy instanceof Denied, copy.name, copy.message, copy.code]).toEqual([
    true,
    "Denied",
    "a\\u001b[2J\n  b\\u000d",
    7,
  ]);
  expect(copy.stack).toContain("calm-logger.test.ts");
  expect((copy.cause as Error).message).toBe("c\\u009b");
  const { errors } = given[7] as AggregateError;
  expect([errors[0], (errors[1] as Denied).message]).toEqual([plain, copy.message]);
  const printed = given.map((error) => inspect(error)).join("");
  for (const control of ["\u001b", "\u009b", "\r"]) expect(printed).not.toContain(control);
});

it("escapes what would move a terminal's cursor, and cuts what is long", () => {
  const { lines, logger } = rig();
  logger.warn("a\u001b[2Jb\nforged: line\u202e");
  logger.debug("c\rd");
  logger.error("x".repeat(8_000));
  expect(lines[0]).toBe("warn: a\\u001b[2Jb\\u000aforged: line\\u202e");
  expect(lines[1]).toBe("debug: c\\u000dd");
  expect(lines[2]?.length).toBeLessThan(1_010);
});
