import { createRouter, message, type v } from "@ws-kit/valibot";
import { type Validator, validatorsOf } from "@ws-kit/core/schema";
import { expect, it } from "vitest";
import { type Case, CASES, chooser, type Choose, compare, pick, SEED, type Seen } from "./fuzz.ts";
import { branches, leaves, object, variant } from "./valibot.ts";

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

it("says of everything what valibot says, in both directions", { timeout: 3_600_000 }, async () => {
  const choose = chooser(SEED + 1);
  const seen: Seen = { accepted: 0, refused: 0 };
  const kinds = new Set<string>();
  let generated = 0;
  for (let round = 0; round < CASES / 2 / VALUES; round++) {
    const inner = () => any(choose, 2);
    const { schema, value } = choose(4) === 0 ? variant(choose, inner) : object(choose, inner);
    mark(schema, kinds);
    const validator = validatorsOf(message("M", schema)).payload as Validator;
    for (let i = 0; i < VALUES; i++) await compare(validator, value(choose), seen);
    if (validator.checks?.plain !== undefined) generated++;
  }
  expect([...kinds].toSorted()).toEqual(KINDS.toSorted());
  expect(generated).toBeGreaterThan((CASES / 2 / VALUES) * 0.5);
  expect(seen.accepted).toBeGreaterThan(CASES / 12);
  expect(seen.refused).toBeGreaterThan(CASES / 20);
});

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
