/* oxlint-disable unicorn/no-thenable -- that what is sent may look like a promise is told here */
import { expect, test } from "vitest";
import { message, rpc, type Codec, ValidationError } from "@ws-kit/core/protocol";
import { numberSchema } from "../../test/definitions.ts";
import { createRig, useWorld } from "../../test/rig.ts";

useWorld();

const any = { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } } as const;
const Row = message("ROW", any);
const Ask = rpc("ASK", any, "ANSWER", numberSchema(), { idempotent: true });
const BAD = { rows: [{ price: Number.NaN }] };

test("what JSON cannot carry is not sent, and onError is told where it is", async () => {
  const rig = createRig();
  const socket = await rig.open();
  expect(rig.client.send(Row, BAD)).toBe(false);
  expect(rig.client.send(Row, {}, { meta: { tags: [undefined] } })).toBe(false);
  expect(rig.client.send(Row, { a: undefined, b: new Date(0) })).toBe(true);
  expect(rig.errors.map(({ error, type }) => [type, (error as ValidationError).issues])).toEqual([
    ["invalid", [{ path: ["rows", 0, "price"], message: "JSON cannot carry NaN" }]],
    ["invalid", [{ path: ["tags", 0], message: "JSON cannot carry Undefined" }]],
  ]);
  expect(socket.wire.map((text) => JSON.parse(text) as object)).toContainEqual({
    type: "ROW",
    payload: { b: "1970-01-01T00:00:00.000Z" },
  });
});

test("a request of it rejects", async () => {
  const rig = createRig();
  await rig.open();
  await expect(rig.client.request(Ask, BAD)).rejects.toThrow(
    'Invalid payload of "ASK" at rows.0.price: JSON cannot carry NaN',
  );
  await expect(rig.client.request(Ask, BAD)).rejects.toBeInstanceOf(ValidationError);
});

test.each([
  [{ then() {} }, []],
  [Promise.resolve(1), []],
  [{ rows: [{ user: { then() {} } }] }, ["rows", 0, "user", "then"]],
])("what looks like a promise is not sent, nor waited for by what follows: %#", async (payload, path) => {
  const rig = createRig();
  const socket = await rig.open();
  expect(rig.client.send(Row, payload)).toBe(false);
  expect(rig.client.send(Row, { n: 1 })).toBe(true);
  expect(socket.wire.map((text) => JSON.parse(text) as object)).toContainEqual({ type: "ROW", payload: { n: 1 } });
  const issues = rig.errors.map(({ error }) => (error as ValidationError).issues);
  expect(issues).toEqual([[{ path, message: "JSON cannot carry Function" }]]);
  await expect(rig.client.request(Ask, payload)).rejects.toBeInstanceOf(ValidationError);
});

test("another codec is trusted to carry it", async () => {
  const codec: Codec = { encode: () => '{"type":"ROW"}', decode: (text) => JSON.parse(String(text)) as unknown };
  const rig = createRig({ codec });
  await rig.open();
  expect(rig.client.send(Row, BAD)).toBe(true);
});
