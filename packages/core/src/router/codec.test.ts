import { assert, expect, test } from "vitest";
import { bench, fields } from "../../test/harness.ts";
import { message } from "../message/standard.ts";
import { createRouter } from "./create-router.ts";

const Echo = message("ECHO", fields({ text: "string" }));

const nulls = { name: "x", encode: (frame: object) => JSON.stringify(frame, (_, value: unknown) => value ?? null) };
const nothing = (): unknown => undefined;

test.each<[string, object]>([
  ["a codec's name", { name: "a.b", encode: () => "", decode: nothing }],
  ["a codec's name", { name: "", encode: () => "", decode: nothing }],
  ["needs the functions", { name: "x", encode: () => "" }],
  ["to a string or a Uint8Array", { name: "x", encode: () => 7, decode: nothing }],
  ["to a string or a Uint8Array", { name: "x", encode: () => Promise.resolve(""), decode: nothing }],
  ["leave out what is undefined", { ...nulls, decode: (text: string) => JSON.parse(text) as unknown }],
  ["failed on a ping", { ...nulls, decode: () => assert.fail() }],
  ["needs a name", { encode: () => new Uint8Array(1), decode: nothing }],
  [
    "has to be ready",
    {
      name: "x",
      encode: () => {
        throw new Error("not loaded");
      },
      decode: nothing,
    },
  ],
])("refuses what is no codec: %s", (why, codec) => {
  expect(() => createRouter({ codec: codec as never })).toThrow(new RegExp(why, "i"));
});

test("a router's codec may have the runtime's own functions", () => {
  const router = createRouter({
    codec: { encode: JSON.stringify, decode: (text: string) => JSON.parse(text) as unknown },
  });
  router.on(Echo, (ctx) => void ctx.send(Echo, ctx.payload));
  const peer = bench(router).connect();
  peer.message("ECHO", { text: "x" });
  expect(peer.socket.take()).toEqual([{ type: "ECHO", payload: { text: "x" } }]);
});
