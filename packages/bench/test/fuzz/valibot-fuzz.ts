import { createRouter, message, type v } from "@ws-kit/valibot";
import { validatorsOf } from "@ws-kit/core/schema";
import { expect } from "vitest";
import { choices } from "../../../../test/random.ts";
import { type Case, type Choose, compare, pick, SEED, type Seen } from "./fuzz.ts";
import { asynchronous, branches, leaves, object, variant } from "./valibot.ts";

// Making a router teaches the server to read the validator's schemas.
createRouter();

const VALUES = 40;

function any(choose: Choose, depth: number): Case<v.GenericSchema> {
  if (depth === 0 || choose(3) === 0) return pick(choose, leaves)(choose);
  return pick(choose, branches)(choose, () => any(choose, depth - 1));
}

/** All of the library's that JSON has a form for: a definition refuses the others. */
const KINDS =
  `any array boolean custom enum exact_optional intersect lazy literal loose_object loose_tuple never non_nullable non_nullish
  non_optional null nullable nullish number object object_with_rest optional picklist record strict_object strict_tuple string
  tuple tuple_with_rest undefined undefinedable union unknown variant void`.split(/\s+/);

/** Compares so many values with what valibot says of them, in both directions; answers the kinds of schemas that never came. */
export async function fuzzValibot(cases: number): Promise<string[]> {
  const choose = choices(SEED + 1);
  const seen: Seen = { accepted: 0, refused: 0 };
  const kinds = new Set<string>();
  let begun = 0;
  for (let round = 0; round < cases / VALUES; round++) {
    const inner = () => any(choose, 2);
    const made = choose(30) === 0 ? asynchronous : choose(4) === 0 ? variant : object;
    const { schema, value } = made(choose, inner);
    mark(schema, kinds);
    const M = message("M", schema);
    for (let i = 0; i < VALUES; i++) await compare(M, value(choose), seen);
    if (validatorsOf(M).payload?.checks?.begun === true) begun++;
  }
  expect(begun).toBeGreaterThan((cases / VALUES) * 0.5);
  expect(seen.accepted).toBeGreaterThan(cases / 6);
  expect(seen.refused).toBeGreaterThan(cases / 10);
  return KINDS.filter((kind) => !kinds.has(kind));
}

function mark(schema: object, into: Set<string>, seen = new Set<unknown>()): void {
  if (seen.has(schema)) return;
  seen.add(schema);
  const node = schema as Record<string, unknown> & { type: string };
  into.add(node.type);
  const single = [
    node["item"],
    node["rest"],
    node["wrapped"],
    node["key"],
    node["value"],
    node.type === "lazy" && (node["getter"] as () => unknown)(),
  ];
  for (const parts of [node["entries"], node["items"], node["options"], single]) {
    for (const part of Object.values(parts ?? {}))
      if (typeof part === "object" && part !== null && "~run" in part) mark(part, into, seen);
  }
}
