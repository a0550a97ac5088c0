/**
 * What a check costs, in ratios to the validator alone: `bun src/checks/main.ts`, or `node` for the same. Both directions of a
 * server are run as it runs them, and `safeParse` of the same schema with the same value beside them, in turns.
 */
import { checksOf, judge, validatorsOf, type AnyMessage, type Validator } from "@ws-kit/core/schema";
import { createRouter as createValibotRouter, message as valibotMessage } from "@ws-kit/valibot";
import { createRouter as createZodRouter, message as zodMessage } from "@ws-kit/zod";
import * as v from "valibot";
import type { z } from "zod";
import { median } from "../stats.ts";
import { usualValibot } from "./usual.valibot.ts";
import { usualZod, type Usual } from "./usual.zod.ts";

// Making a router teaches the server to read the validator's schemas.
createZodRouter();
createValibotRouter();

const quick = process.argv.includes("--quick");
const ROUNDS = quick ? 5 : 11;
const SLICE_MS = quick ? 4 : 10;

interface Row {
  readonly name: string;
  readonly in: number;
  readonly out: number;
  readonly nanos: number;
}

function rowsOf(
  usual: readonly Usual[],
  define: (schema: unknown) => AnyMessage,
  alone: (schema: unknown) => (value: unknown) => unknown,
): Row[] {
  return usual.map(([name, schema, value]) => {
    const validator = validatorsOf(define(schema)).payload as Validator;
    const parse = alone(schema);
    // What came out of JSON.parse is what a server looks at.
    const received: unknown = JSON.parse(JSON.stringify(value));
    if (judge(checksOf(validator), received) instanceof Promise) throw new Error(name);
    const inward = compare(
      () => parse(received),
      () => {
        const checks = checksOf(validator);
        return checks.in(received) ?? judge(checks, received);
      },
    );
    const outward = compare(
      () => parse(value),
      () => {
        const checks = checksOf(validator);
        return checks.out(value) ?? validator.outbound(value);
      },
    );
    return { name, in: inward.ratio, out: outward.ratio, nanos: inward.nanos };
  });
}

function compare(base: () => unknown, ours: () => unknown): { ratio: number; nanos: number } {
  slice(base, 20);
  slice(ours, 20);
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    // Every other round backwards: neither always comes after the other.
    if (round % 2 === 0) return [slice(base, SLICE_MS), slice(ours, SLICE_MS)] as const;
    const first = slice(ours, SLICE_MS);
    return [slice(base, SLICE_MS), first] as const;
  });
  return { ratio: median(rounds.map(([a, b]) => b / a)), nanos: median(rounds.map(([a]) => a)) };
}

let sink: unknown;

/** Nanoseconds of one call. */
function slice(run: () => unknown, ms: number): number {
  const begun = performance.now();
  let calls = 0;
  let now = begun;
  while (now - begun < ms) {
    for (let i = 0; i < 200; i++) sink = run();
    calls += 200;
    now = performance.now();
  }
  return ((now - begun) * 1e6) / calls;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function print(title: string, rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ name }) => name.length));
  say(`\n| ${title.padEnd(width)} | validator, ns |    in |   out |`);
  say(`| ${"-".repeat(width)} | ------------: | ----: | ----: |`);
  for (const row of rows) {
    const [inward, outward] = [row.in, row.out].map((ratio) => ratio.toFixed(2).padStart(5));
    say(`| ${row.name.padEnd(width)} | ${row.nanos.toFixed(0).padStart(13)} | ${inward} | ${outward} |`);
  }
  const over = rows.filter((row) => row.in > 1.1 || row.out > 1.1).length;
  say(
    `${title}: median ${median(rows.map((row) => row.in)).toFixed(2)} in, ${median(rows.map((row) => row.out)).toFixed(2)} out; ${over} of ${rows.length} above 1.10`,
  );
}

print(
  "zod",
  rowsOf(
    usualZod,
    (schema) => zodMessage("M", schema as z.ZodType),
    (schema) => (value) => (schema as z.ZodType).safeParse(value),
  ),
);
print(
  "valibot",
  rowsOf(
    usualValibot,
    (schema) => valibotMessage("M", schema as v.GenericSchema),
    (schema) => (value) => v.safeParse(schema as v.GenericSchema, value),
  ),
);
if (sink === undefined) say("nothing was checked");
