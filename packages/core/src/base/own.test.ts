import { expect, it } from "vitest";
import { createRouter } from "../index.ts";
import { bench, Note } from "../../test/harness.ts";
import { assignOwn } from "./own.ts";
import { planWire, type SchemaView } from "../schema/wire.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";

const HOSTILE = ['{"__proto__":{"isAdmin":true}}', '{"name":"x","__proto__":{"isAdmin":true}}', '{"__proto__":null}'];

it.each(HOSTILE)("writes no prototype from %s", (text) => {
  const to: Record<string, unknown> = { clientId: "a", name: "" };
  assignOwn(to, JSON.parse(text) as Record<string, unknown>);
  expect(Object.getPrototypeOf(to)).toBe(Object.prototype);
  expect(to["isAdmin"]).toBeUndefined();
  expect(Object.hasOwn(to, "__proto__")).toBe(false);
});

it("writes everything else, keys with names of the prototype and symbols included", () => {
  const symbol = Symbol("s");
  const to: Record<string | symbol, unknown> = { a: 1 };
  const from = Object.defineProperty({ a: 2, constructor: "c", toString: "t", [symbol]: 3 }, "hidden", { value: 4 });
  assignOwn(to, from);
  expect(Reflect.ownKeys(to)).toEqual(["a", "constructor", "toString", symbol]);
  expect(to).toMatchObject({ a: 2, constructor: "c", toString: "t", [symbol]: 3 });
  to["a"] = 5;
  expect(to["a"]).toBe(5);
  expect(() => assignOwn(to, undefined as never)).not.toThrow();
});

it.each(HOSTILE)("ctx.assignData(%s) gives nobody rights", (text) => {
  const router = createRouter().on(Note, (ctx) => ctx.assignData(JSON.parse(text) as object));
  const peer = bench(router).connect();
  peer.message("NOTE", { n: 1 });
  expect(peer.conn.data["isAdmin"]).toBeUndefined();
  expect(Object.getPrototypeOf(peer.conn.data)).toBe(Object.prototype);
});

it("puts the sides of an intersection together without a prototype from either", () => {
  interface Node extends StandardSchema, SchemaView<Node> {}
  const standard = { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } as const;
  const any: Node = { "~standard": standard, transforms: true };
  const side: Node = { "~standard": standard, kind: "fields", parts: { a: any }, rest: true };
  const strip = planWire<Node>({ "~standard": standard, kind: "all", parts: [side, side] }, (node) => node, "payload");
  const merged = strip?.(JSON.parse('{"a":1,"constructor":"c","__proto__":{"isAdmin":true}}')) as Record<
    string,
    unknown
  >;
  expect(merged["isAdmin"]).toBeUndefined();
  expect(merged["constructor"]).toBe("c");
});
