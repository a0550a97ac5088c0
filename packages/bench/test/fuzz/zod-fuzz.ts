import { createRouter, message, type z } from "@ws-kit/zod";
import { validatorsOf } from "@ws-kit/core/schema";
import * as core from "zod/v4/core";
import { expect } from "vitest";
import { choices } from "../../../../test/random.ts";
import { type Case, type Choose, compare, pick, SEED, type Seen } from "./fuzz.ts";
import { asynchronous, branches, leaves, object, variant } from "./zod.ts";

// Making a router teaches the server to read the validator's schemas.
createRouter();

const VALUES = 40;

function any(choose: Choose, depth: number): Case<z.ZodType> {
  if (depth === 0 || choose(3) === 0) return pick(choose, leaves)(choose);
  return pick(choose, branches)(choose, () => any(choose, depth - 1));
}

/** Kinds that JSON has no form for: a definition refuses them. */
const REFUSED = new Set([
  "BigInt",
  "BigIntFormat",
  "Date",
  "File",
  "Function",
  "Map",
  "NaN",
  "Promise",
  "Set",
  "Symbol",
]);

/** Compares so many values with what zod says of them, in both directions; answers the kinds of schemas that never came. */
export async function fuzzZod(cases: number): Promise<string[]> {
  const choose = choices(SEED);
  const seen: Seen = { accepted: 0, refused: 0 };
  const kinds = new Set<string>();
  let begun = 0;
  for (let round = 0; round < cases / VALUES; round++) {
    const inner = () => (choose(60) === 0 ? pick(choose, asynchronous)(choose) : any(choose, 2));
    const { schema, value } = choose(4) === 0 ? variant(choose, inner) : object(choose, inner);
    mark(schema, kinds);
    const made = message("M", schema);
    for (let i = 0; i < VALUES; i++) await compare(made, value(choose), seen);
    if (validatorsOf(made).payload?.checks?.begun === true) begun++;
  }
  expect(begun).toBeGreaterThan((cases / VALUES) * 0.5);
  expect(seen.accepted).toBeGreaterThan(cases / 6);
  expect(seen.refused).toBeGreaterThan(cases / 10);
  const all = Object.keys(core).filter((name) => /^\$Zod[A-Z]/.test(name) && isType(name));
  return all.map((name) => name.slice(4)).filter((name) => !kinds.has(name) && !REFUSED.has(name));
}

function isType(name: string): boolean {
  const made = (core as unknown as Record<string, { prototype?: unknown }>)[name];
  return typeof made === "function" && !/Check|Error|Registry|Async|JIT|^\$ZodType$/.test(name);
}

function mark(schema: z.ZodType, into: Set<string>, seen = new Set<unknown>()): void {
  if (seen.has(schema)) return;
  seen.add(schema);
  for (const trait of (schema._zod as unknown as { traits: Set<string> }).traits) into.add(trait.replace("$Zod", ""));
  const { def } = schema._zod as unknown as { def: Record<string, unknown> };
  const below = [
    def["shape"],
    def["options"],
    def["items"],
    [
      def["element"],
      def["innerType"],
      def["in"],
      def["out"],
      def["left"],
      def["right"],
      def["valueType"],
      def["keyType"],
      def["rest"],
      def["catchall"],
      def["type"] === "lazy" && (def["getter"] as () => unknown)(),
    ],
  ];
  for (const parts of below)
    for (const part of Object.values(parts ?? {}))
      if (typeof part === "object" && part !== null && "_zod" in part) mark(part as z.ZodType, into, seen);
}
