import { MAX_ISSUES, toIssues, validatorsOf, type StandardResult, type Validator } from "@ws-kit/core/schema";
import { type AnyMessage } from "@ws-kit/core";
import { describe, expect, it } from "vitest";
import { Differs, type Case, type Passage, type Refusal } from "../src/case.ts";
import { cases, type CaseId } from "../src/cases.ts";
import type { Kit } from "../src/kit.ts";
import { kits } from "../src/kits.ts";

const entries = Object.entries(cases) as [CaseId, Case][];

function overTheWire(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}

function payloadOf(message: AnyMessage): Validator {
  const { payload } = validatorsOf(message);
  if (!payload) throw new Error("No payload");
  return payload;
}

function valueOf(result: StandardResult<unknown>): unknown {
  expect(result.issues && toIssues(result.issues)).toBeUndefined();
  return (result as { value: unknown }).value;
}

/** Everything of one kind that a kit does not do differently, with the schema it is done with. */
function supported<T>(kit: Kit, kind: (each: Case) => readonly T[] | undefined) {
  return entries.flatMap(([id, each]) => {
    const schema = kit.schemas[id];
    return schema instanceof Differs ? [] : (kind(each) ?? []).map((item) => ({ title: each.title, schema, item }));
  });
}

describe.each(kits)("$name", (kit) => {
  const define = (schema: unknown) => kit.message("X", schema as never);
  const passages = supported<Passage>(kit, ({ carries }) => carries);
  const refusals = supported<Refusal>(kit, ({ refuses }) => refuses);

  it.each(passages)("carries $title: $item.given", async ({ schema, item }) => {
    const { given, wire, received } = kit.strips ? complete(item) : withUndeclared(item);
    const payload = payloadOf(define(schema));
    const sent = overTheWire(valueOf(await payload.outbound(given)));
    expect(sent).toEqual(wire);
    expect(valueOf(await payload.inbound(sent))).toEqual(received);
  });

  it.each(passages)("is a Standard Schema of the frame: $title, $item.given", async ({ schema, item }) => {
    const { wire, received } = kit.strips ? complete(item) : withUndeclared(item);
    const frame = { type: "X", meta: { timestamp: 1 }, payload: overTheWire(wire) };
    expect(valueOf(await define(schema)["~standard"].validate(frame))).toEqual({ ...frame, payload: received });
  });

  it.each(refusals)("refuses $title, both ways: $item.value", async ({ schema, item: { value, at } }) => {
    const payload = payloadOf(define(schema));
    for (const result of [await payload.inbound(value), await payload.outbound(value)]) {
      const issues = toIssues(result.issues ?? []);
      expect(issues.map(({ path }) => path)).toContainEqual(at);
      for (const { message } of issues) expect(message).toMatch(/\w/);
    }
    const { issues } = await define(schema)["~standard"].validate({ type: "X", payload: value });
    expect(issues?.map(({ path }) => path?.[0])).toContain("payload");
  });

  const differing = entries.flatMap(([, { title }], index) => {
    const schema = Object.values(kit.schemas)[index];
    return schema instanceof Differs ? [{ title, how: schema.how, shown: schema.shown }] : [];
  });
  for (const { title, how, shown } of differing) {
    it(`differs in ${title}: ${how}`, () => expect(shown).not.toThrow());
  }

  it("has a schema for every case, in the same order", () => {
    expect(Object.keys(kit.schemas)).toEqual(Object.keys(cases));
  });

  it("validates every part of an rpc by its own schema", async () => {
    const { choice, primitive, record } = kit.schemas;
    const options = { meta: kit.meta.trace, progress: record, errors: { NOT_FOUND: primitive } };
    const Ask = kit.rpc("ASK", primitive as never, "ANSWER" as never, choice as never, options as never);
    const { meta, progress, errors } = validatorsOf(Ask);
    expect(Ask).toMatchObject({ kind: "rpc", type: "ASK", idempotent: false, response: { type: "ANSWER" } });
    expect(await payloadOf(Ask.response).inbound("red")).toMatchObject({ value: "red" });
    expect((await payloadOf(Ask.response).inbound("pink")).issues).toHaveLength(1);
    expect(await meta?.inbound({ trace: "t" })).toMatchObject({ value: { trace: "t" } });
    expect((await meta?.inbound({}))?.issues).toHaveLength(1);
    expect((await progress?.outbound({ done: "1" }))?.issues).toHaveLength(1);
    expect((await errors?.NOT_FOUND?.outbound(404))?.issues).toHaveLength(1);
    expect(Object.keys(Ask.errors)).toEqual(["NOT_FOUND"]);
    expect(Object.isFrozen(Ask)).toBe(true);
  });

  it("takes a message of its own as a response, and says so where one is missing", () => {
    const Answer = kit.message("ANSWER");
    expect(kit.rpc("ASK", undefined as never, Answer as never).response).toBe(Answer);
    expect(() => kit.rpc("ASK", undefined as never)).toThrow(/ASK.*response/);
  });

  it.each(["", "ERROR", "$ws:ping"])("refuses the type %j", (type) => {
    expect(() => kit.message(type)).toThrow(TypeError);
    expect(() => kit.rpc("ASK", undefined as never, type as never)).toThrow(TypeError);
  });

  it("refuses what is no schema", () => {
    for (const wrong of [5, "string", { id: "string" }, null, { id: null }]) {
      expect(() => define(wrong)).toThrow(/payload of "X"/);
    }
  });

  const uncarried = Object.entries(kit.uncarried);
  for (const [kind, schema] of uncarried) {
    it(`refuses ${kind} when defined, naming where it is`, () => {
      const type = kind.replace(/^\w+ literal$/, "literal");
      expect(() => define(schema)).toThrow(new RegExp(`payload of "X" is a (?:${type}|literal)`));
      expect(() => define({ list: schema })).toThrow(/payload of "X" at list is a /);
      expect(() => kit.message("X", undefined, { meta: { list: schema } } as never)).toThrow(
        /meta of "X" at list is a /,
      );
    });
  }

  // A bare Standard Schema does not tell its keys.
  for (const reserved of [kit.meta.reserved].filter((given) => given !== undefined)) {
    it("refuses meta keys that the protocol owns", () => {
      expect(() => kit.message("X", undefined, { meta: reserved } as never)).toThrow(/clientId/);
    });
  }

  it("tells what is wrong without the value, and at most twenty times", async () => {
    const secret = "hunter2secret";
    const number = 987_654_321;
    const { object, discriminated, array, tuple, record, choice, nested, codec, union } = kit.schemas;
    const wrong: [unknown, unknown][] = [
      [object, { id: number, n: secret }],
      [object, secret],
      [discriminated, { kind: secret }],
      [array, Array.from({ length: 50 }, () => number)],
      [tuple, [number, secret]],
      [record, { a: secret, b: { deep: secret } }],
      [choice, secret],
      [nested, { user: secret, list: secret, by: { a: { id: number } } }],
      [codec, { at: secret }],
      [union, { id: { secret } }],
    ];
    for (const [schema, value] of wrong) {
      for (const result of [
        await payloadOf(define(schema)).inbound(value),
        await payloadOf(define(schema)).outbound(value),
      ]) {
        const issues = toIssues(result.issues ?? []);
        expect(issues.length).toBeGreaterThan(0);
        expect(issues.length).toBeLessThanOrEqual(MAX_ISSUES);
        const told = JSON.stringify(issues);
        expect(told).not.toContain(secret);
        expect(told).not.toContain(String(number));
      }
    }
  });
});

function complete({ given, wire = given, received = wire }: Passage): Required<Passage> {
  return { given, wire, received };
}

/** Where undeclared keys are sent as given, they are received too. */
function withUndeclared(passage: Passage): Required<Passage> {
  const { given, received } = complete(passage);
  return { given, wire: given, received: merged(given, received) };
}

function merged(given: unknown, received: unknown): unknown {
  if (!isPlain(given) || !isPlain(received)) return received;
  if (Array.isArray(received)) return received.map((item, index) => merged(given[index], item));
  const all = { ...given, ...received };
  for (const key of Object.keys(received)) if (key in given) all[key] = merged(given[key], received[key]);
  return all;
}

function isPlain(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null && !(value instanceof Date);
}
