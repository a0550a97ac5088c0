import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

type Counts = Record<string, number>;

/** What a script of the benchmarks prints, as JSON. */
function printed(script: string): unknown {
  const path = fileURLToPath(new URL(`../src/dispatch/${script}`, import.meta.url));
  return JSON.parse(execFileSync("bun", [path], { encoding: "utf8" }));
}

const counted = printed("allocations.ts") as Record<string, Counts>;

/** Plain objects a message may take: frame, payload, checked payload, context, checked reply, envelope; a request more. */
const CEILINGS: Record<string, number> = {
  echo: 6.5,
  "echo, validateOutgoing: false": 5.5,
  "echo, middleware ×3": 6.5,
  "echo, valibot": 6.5,
  "echo, formats": 6.5,
  "rpc, ctx.reply": 9.5,
  "rpc, returned": 9.5,
  "echo, gate and slot": 6.5,
  // A fact each for what was received, sent and settled, and one for its times.
  "echo, every fact heard": 10.5,
};

// Counted, not timed, and therefore the same on every machine.
describe("what one message allocates", () => {
  it.each(Object.entries(CEILINGS))("%s: few objects, no closure, no promise", (name, ceiling) => {
    const counts = counted[name] ?? {};
    expect(counts["Object"]).toBeGreaterThan(2);
    expect(counts["Object"]).toBeLessThan(ceiling);
    expect(counts["Function"] ?? 0).toBe(0);
    expect(counts["Promise"] ?? 0).toBe(0);
    // A scope that lives on the heap: its function holds a closure, even if it was not made this time.
    expect(counts["JSLexicalEnvironment"] ?? 0).toBe(0);
  });

  it("a refusal: no error and no promise, or one error where middleware has to see it", () => {
    const [refused, seen] = [counted["echo, refused"] ?? {}, counted["echo, refused, middleware"] ?? {}];
    for (const { Object: objects, Promise: promises = 0 } of [refused, seen]) {
      expect(objects).toBeGreaterThan(2);
      // Half of them the validator's.
      expect(objects).toBeLessThan(20.5);
      expect(promises).toBe(0);
    }
    expect(refused["Error"] ?? 0).toBe(0);
    expect(refused["Function"] ?? 0).toBe(0);
    expect(seen["Error"]).toBeCloseTo(1, 1);
    // What makes the error; a run through middleware that has thrown is used again.
    expect(seen["Function"]).toBeCloseTo(1, 1);
  });

  it("publish: no closure", () => {
    const counts = counted["publish to 50"] ?? {};
    expect(counts["Object"]).toBeGreaterThan(2);
    expect(counts["Function"] ?? 0).toBe(0);
    expect(counts["JSLexicalEnvironment"] ?? 0).toBe(0);
  });

  it("is less than by hand", () => {
    expect(counted["echo"]?.["Object"]).toBeLessThan(counted["hand-written"]?.["Object"] ?? 0);
  });
});

// Bytes of the heap, the same to within five from run to run.
it("an idle connection keeps little", () => {
  // One process in six keeps some bytes a connection more, which are none of ours.
  const runs = Array.from({ length: 3 }, () => printed("connection-bytes.ts") as Record<string, number>);
  const [idle, topic, resume] = ["idle", "topic", "resume"].map((key) =>
    Math.min(...runs.map((run) => run[key] as number)),
  ) as [number, number, number];
  expect(idle).toBeGreaterThan(200);
  expect(idle).toBeLessThan(500);
  expect(topic - idle).toBeGreaterThan(20);
  expect(topic - idle).toBeLessThan(80);
  expect(resume - idle).toBeGreaterThan(50);
  expect(resume - idle).toBeLessThan(200);
});
