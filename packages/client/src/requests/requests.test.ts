import { expect, test } from "vitest";
import { rpc } from "@ws-kit/core/protocol";
import { Answer, Ask, Note } from "../../test/definitions.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { ConnectionClosedError, ServerError, StateError, ValidationError } from "../api/errors.ts";
import { asked, outcome } from "../../test/outcome.ts";

const world = useWorld();

test("answers with type, meta and payload, by the rpc's own response or a given one", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const bound = rig.client.request(Ask, { n: 1 });
  socket.deliver({ type: "ANSWER", meta: { ...asked(rig).meta, extra: 1 }, payload: { n: 2 } });
  expect(await bound).toMatchObject({ type: "ANSWER", meta: { extra: 1 }, payload: { n: 2 } });

  const given = rig.client.request(Note, { n: 1 }, Answer, { timeoutMs: 100 });
  socket.deliver({ type: "ANSWER", meta: asked(rig).meta, payload: { n: 3 } });
  expect((await given).payload).toEqual({ n: 3 });
  expect(world.time.pending()).toBe(rig.client.isConnected ? 1 : 0);
});

test("an error's details are checked by the schema of a declared code alone, whatever a server calls the code", async () => {
  const rig = createRig();
  const socket = await rig.open();
  for (const code of ["payload", "progress", "errors"]) {
    const failed = outcome(rig.client.request(Ask, { n: 1 }));
    const payload = { code, message: "no", details: { n: -1 }, retryable: false };
    socket.deliver({ type: "ERROR", meta: asked(rig).meta, payload });
    const error = await failed;
    expect(error).toBeInstanceOf(ServerError);
    expect(error).toMatchObject({ code, context: { n: -1 } });
  }
});

test("a message without a response is a TypeError", async () => {
  const client = createRig().client as unknown as { request(message: unknown, payload: unknown): Promise<unknown> };
  await expect(client.request(Note, { n: 1 })).rejects.toThrow(TypeError);
});

test("gives code, details, retryability and id of an error", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const refused = outcome(rig.client.request(Ask, { n: 1 }, { retries: 0 }));
  const payload = {
    code: "UNAVAILABLE",
    message: "busy",
    details: { a: 1 },
    retryable: true,
    retryAfterMs: 50,
    id: "x",
  };
  socket.deliver({ type: "ERROR", meta: asked(rig).meta, payload });
  expect(await refused).toBeInstanceOf(ServerError);
  const { details: context, ...rest } = payload;
  expect(await refused).toMatchObject({ ...rest, context });
});

test.each([
  { type: "ANSWER", payload: { n: -1 } },
  { type: "$ws:progress", payload: { n: -1 } },
])("an answer that does not fit rejects with a ValidationError: %j", async (answer) => {
  const rig = createRig();
  const socket = await rig.open();
  const broken = outcome(rig.client.request(Ask, { n: 1 }));
  socket.deliver({ ...answer, meta: asked(rig).meta });
  expect(await broken).toBeInstanceOf(ValidationError);
});

test("an answer of another type rejects", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const broken = outcome(rig.client.request(Ask, { n: 1 }));
  socket.deliver({ type: "OTHER", meta: asked(rig).meta, payload: { n: 1 } });
  expect(await broken).toMatchObject({ name: "StateError", message: expect.stringContaining("OTHER") });
});

test.each([
  undefined,
  null,
  [],
  "no",
  { code: "toString", message: "m", details: {} },
  { code: "__proto__", message: "m", details: {} },
  { code: "constructor", message: { toString: 1 }, details: {} },
  { code: { toString: 1 }, message: null, details: {} },
  { code: 7, name: "Mine", stack: "mine", __proto__: null },
])("whatever a server sends as an error settles the request with a ServerError: %j", async (payload) => {
  const rig = createRig();
  const socket = await rig.open();
  const broken = outcome(rig.client.request(Ask, { n: 1 }));
  socket.deliver({ type: "ERROR", meta: asked(rig).meta, payload });
  const error = (await broken) as ServerError;
  expect(error).toBeInstanceOf(ServerError);
  expect([error.name, typeof error.code, typeof error.message]).toEqual(["ServerError", "string", "string"]);
  socket.deliver({ type: "ERROR", meta: { inReplyTo: "NOTE" }, payload });
  expect(rig.errors).toMatchObject([{ type: "server", error: { name: "ServerError" } }]);
});

test("tells progress in order before the answer; a callback that throws is reported and harms nothing", async () => {
  const rig = createRig();
  const socket = await rig.open();
  const seen: number[] = [];
  const answered = rig.client.request(
    Ask,
    { n: 1 },
    {
      onProgress({ n }) {
        seen.push(n);
        if (n === 1) throw new Error("mine");
      },
    },
  );
  const { meta } = asked(rig);
  for (const n of [1, 2]) socket.deliver({ type: "$ws:progress", meta, payload: { n } });
  socket.deliver({ type: "ANSWER", meta, payload: { n: 3 } });
  await answered;
  expect(seen).toEqual([1, 2]);
  expect(rig.errors).toMatchObject([{ type: "handler", error: { message: "mine" } }]);
});

test("refuses more requests than may be pending", async () => {
  const rig = createRig({ maxPendingRequests: 2 });
  await rig.open();
  const two = [1, 2].map((n) => outcome(rig.client.request(Ask, { n })));
  expect(await outcome(rig.client.request(Ask, { n: 3 }))).toBeInstanceOf(StateError);
  void rig.client.close();
  for (const one of two) expect(await one).toBeInstanceOf(ConnectionClosedError);
});

test("a payload that does not fit rejects and nothing is sent", async () => {
  const rig = createRig();
  await rig.open();
  const refused = await outcome(rig.client.request(Ask, { n: -1 }));
  expect(refused).toBeInstanceOf(ValidationError);
  expect(refused).toMatchObject({ direction: "out", issues: [{ path: ["n"] }] });
  expect(rig.read()).toEqual([]);
});

test.each([[null], [undefined], ["text"], [Object.create(null)], [Symbol("s")]])(
  "a schema that throws %o rejects with an Error, and an attempt never",
  async (thrown) => {
    const rig = createRig();
    await rig.open();
    const { client } = rig;
    for (const validate of [
      () => {
        throw thrown;
      },
      () => Promise.reject(thrown),
    ]) {
      const Odd = rpc("ODD", { "~standard": { version: 1 as const, vendor: "test", validate } }, "EVEN");
      await expect(client.request(Odd, {})).rejects.toBeInstanceOf(Error);
      expect(await client.attempt(Odd, {})).toMatchObject({
        ok: false,
        code: "failed",
        error: expect.any(Error) as Error,
      });
    }
  },
);
