/* oxlint-disable unicorn/no-thenable -- that what is sent may look like a promise is told here */
import { Hub, type Socket } from "@ws-kit/core/adapter";
import * as wv from "@ws-kit/valibot";
import * as wz from "@ws-kit/zod";
import { expect, test } from "vitest";

const { v } = wv;
const { z } = wz;
const kits = { zod: wz, valibot: wv };
const holes: unknown[] = [];
holes[1] = 1;

/** Schemas that accept what JSON would turn into something else, whichever way they are checked: generated, in parts, or by themselves. */
test.each<[keyof typeof kits, string, unknown, unknown, string]>([
  ["valibot", "a number", v.object({ price: v.number() }), { price: Infinity }, "price: JSON cannot carry Infinity"],
  ["valibot", "a record", v.record(v.string(), v.number()), { a: -Infinity }, "a: JSON cannot carry -Infinity"],
  ["zod", "a list", z.object({ cells: z.array(z.number().optional()) }), { cells: [1, undefined] }, "cells.1: JSON"],
  ["valibot", "a list", v.object({ cells: v.array(v.optional(v.number())) }), { cells: [undefined] }, "cells.0: JSON"],
  ["zod", "a hole", z.object({ cells: z.array(z.number().optional()) }), { cells: holes }, "cells.0: JSON"],
  [
    "zod",
    "a list of defaults",
    z.object({ cells: z.array(z.number().default(1)) }),
    { cells: [1, undefined] },
    "cells.1",
  ],
  ["zod", "further items", z.tuple([z.number()], z.number().prefault(1)), [1, 2, undefined], "2: JSON cannot carry"],
  [
    "valibot",
    "a list of defaults",
    v.object({ cells: v.array(v.optional(v.number(), 1)) }),
    { cells: [1, undefined] },
    "cells.1: JSON cannot carry Undefined",
  ],
  ["zod", "a tuple", z.tuple([z.number(), z.string().optional()]), [1, undefined], "1: JSON cannot carry Undefined"],
  [
    "zod",
    "any part",
    z.object({ id: z.string(), any: z.any() }),
    { id: "1", any: new Map() },
    "any: JSON cannot carry Map",
  ],
  ["valibot", "any part", v.object({ id: v.string(), any: v.any() }), { id: "1", any: { f() {} } }, "any.f: JSON"],
  [
    "zod",
    "a part beside a transform",
    z.object({ id: z.string().trim(), any: z.unknown() }),
    { id: " 1", any: [Symbol("s")] },
    "any.0: JSON cannot carry Symbol",
  ],
  ["zod", "a loose object", z.looseObject({ id: z.string() }), { id: "1", more: 5n }, "more: JSON cannot carry BigInt"],
  ["zod", "a refined any", z.any().refine(() => true), { at: new Date(Number.NaN) }, "at: JSON cannot carry Date"],
  ["zod", "a union", z.object({ u: z.union([z.string(), z.any()]) }), { u: new Set() }, "u: JSON cannot carry Set"],
  ["zod", "a custom schema", z.object({ c: z.custom(() => true) }), { c: () => 1 }, "c: JSON cannot carry Function"],
])("%s: what JSON cannot carry in %s is refused at its path", async (name, _, schema, payload, told) => {
  expect(await sendTwice(name, schema, payload)).toEqual([refusal(told), refusal(told)]);
});

// Awaited, as promises are, such a value would never come, and nothing that is sent after it either. Nor does the test runner take one
// for an argument.
test("what looks like a promise is refused, and not waited for", async () => {
  const then = { then() {} };
  const trimmed = z.looseObject({ id: z.string().trim() });
  const cases: [keyof typeof kits, unknown, unknown, string][] = [
    ["zod", z.object({ id: z.string().trim(), any: z.any() }), { id: "1", any: then }, "any"],
    ["zod", z.object({ id: z.string().trim(), list: z.array(z.any()) }), { id: "1", list: [[then]] }, "list.0.0"],
    ["valibot", v.looseObject({ id: v.string() }), { id: "1", a: then }, "a.then: JSON cannot carry Function"],
    ["zod", z.any(), then, "then: JSON cannot carry Function"],
    ["zod", z.unknown().refine(() => true), new Promise(() => {}), "its root: JSON cannot carry"],
    ["zod", trimmed, { id: "1", ...then }, ""],
    ["valibot", v.pipe(v.any(), v.transform(String)), then, ""],
  ];
  for (const [name, schema, payload, told] of cases)
    expect(await sendTwice(name, schema, payload)).toEqual([refusal(told), refusal(told)]);
});

const refusal = (told: string): unknown => expect.stringContaining(`Invalid payload of "ROW" at ${told}`);

/** Twice, since parts are checked by generated code only when the schema has shown that it does not wait. */
async function sendTwice(name: keyof typeof kits, schema: unknown, payload: unknown): Promise<string[]> {
  const kit = kits[name] as typeof wz;
  const Row = kit.message("ROW", schema as never) as wz.AnyMessage;
  const told: string[] = [];
  const router = kit.createRouter().onError(({ message }) => void told.push(message));
  const hub = new Hub(router, {});
  const socket: Socket = {
    send: (frame) => told.push(String(frame)),
    close() {},
    terminate() {},
    getBufferedAmount: () => 0,
  };
  hub.opened(hub.adopt(socket, {}, "c"));
  for (const _ of [1, 2]) if (router.connections.send("c", Row, payload)) told.push("sent");
  await hub.dispose();
  return told;
}
