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
  const kit = kits[name] as typeof wz;
  const Row = kit.message("ROW", schema as never) as wz.AnyMessage;
  const errors: Error[] = [];
  const sent: string[] = [];
  const router = kit.createRouter().onError((error) => void errors.push(error));
  const hub = new Hub(router, {});
  const socket: Socket = {
    send: (frame) => sent.push(String(frame)),
    close() {},
    terminate() {},
    getBufferedAmount: () => 0,
  };
  hub.opened(hub.adopt(socket, {}, "c"));
  // Twice, since parts are checked by generated code only when the schema has shown that it does not wait.
  expect([1, 2].map(() => router.connections.send("c", Row, payload))).toEqual([false, false]);
  expect(sent).toEqual([]);
  for (const error of errors) expect(error.message).toContain(`Invalid payload of "ROW" at ${told}`);
  expect(errors).toHaveLength(2);
  await hub.dispose();
});
