import { expect, test } from "vitest";
import { Ask, AskAgain, Note } from "../../test/definitions.ts";
import { createRig, type Rig, useWorld } from "../../test/rig.ts";
import { settled } from "../../test/virtual-time.ts";
import type { RpcOptions } from "../api/requests.ts";

const world = useWorld();
const reconnect = { jitter: "none", initialDelayMs: 100 } as const;

/** Makes a request that the server refuses as told, and gives its outcome. */
function ask(rig: Rig, rpc = Ask, options: RpcOptions<typeof Ask> = {}): Promise<unknown> {
  return rig.client.request(rpc, { n: 1 }, options).then(
    ({ payload }) => payload,
    (error: unknown) => error,
  );
}

/** How often the server was asked; the last one is refused, or answered. */
function asked(rig: Rig, error?: object): number {
  rig.network.socket.read();
  const frames = rig.network.received.filter(({ type }) => type.startsWith("ASK"));
  const meta = { correlationId: frames.at(-1)?.meta?.correlationId };
  const payload = error && { message: "no", retryable: true, ...error };
  rig.network.socket.deliver(payload ? { type: "ERROR", meta, payload } : { type: "ANSWER", meta, payload: { n: 2 } });
  return frames.length;
}

const busy = { code: "RESOURCE_EXHAUSTED", retryAfterMs: 1_000 };

test("what may be sent again later is, when the server said and not all at once", async () => {
  const rig = createRig();
  await rig.open();
  const answer = ask(rig);
  expect(asked(rig, busy)).toBe(1);
  await world.time.advance(999);
  rig.network.socket.read();
  expect(rig.network.received).toHaveLength(1);
  await world.time.advance(251);
  expect(asked(rig)).toBe(2);
  expect(await answer).toEqual({ n: 2 });
  const [first, second] = rig.network.received;
  expect(second?.meta?.timeoutMs).toBeLessThanOrEqual((first?.meta?.timeoutMs ?? 0) - 1_000);
});

test("three times unless told otherwise; retries: 0 turns it off", async () => {
  for (const [retries, times] of [
    [undefined, 4],
    [1, 2],
    [0, 1],
  ] as const) {
    const rig = createRig();
    await rig.open();
    const refused = ask(rig, Ask, { retries });
    let count = 0;
    for (let turn = 0; turn < 6; turn++) {
      count = asked(rig, busy);
      await world.time.advance(1_250);
    }
    expect(count).toBe(times);
    expect(await refused).toMatchObject({ name: "ServerError", code: "RESOURCE_EXHAUSTED", retryAfterMs: 1_000 });
  }
});

test.each([
  ["beyond its time", busy, { timeoutMs: 1_000 }],
  ["without a moment", { code: "UNAVAILABLE" }, {}],
  ["that is not retryable", { ...busy, retryable: false }, {}],
  ["that leaves open whether the handler ran", { code: "INTERNAL", retryAfterMs: 10 }, {}],
])("an answer %s is final", async (_, error, options) => {
  const rig = createRig();
  await rig.open();
  const refused = ask(rig, Ask, options);
  asked(rig, error);
  expect(await refused).toMatchObject({ name: "ServerError", code: error.code });
});

test("an idempotent rpc is sent again also where the handler may have run, under its key", async () => {
  const rig = createRig();
  await rig.open();
  const answer = ask(rig, AskAgain);
  asked(rig, { code: "INTERNAL", retryAfterMs: 10 });
  await world.time.advance(13);
  expect(asked(rig)).toBe(2);
  expect(await answer).toEqual({ n: 2 });
  const [first, second] = rig.network.received.map(({ meta }) => meta?.idempotencyKey);
  expect(first).toBe(second);
});

test("while it waits it survives a lost connection, and nothing else waits for it", async () => {
  const rig = createRig({ reconnect });
  await rig.open();
  const answer = ask(rig);
  asked(rig, { code: "UNAVAILABLE", retryAfterMs: 1_000 });
  rig.client.send(Note, { n: 1 });
  rig.network.socket.read();
  expect(rig.network.received.at(-1)?.type).toBe("NOTE");
  rig.network.socket.end(1012);
  await world.time.advance(100);
  rig.network.socket.accept();
  await settled();
  rig.client.send(Note, { n: 2 });
  rig.network.socket.read();
  expect(rig.network.received.at(-1)?.payload).toEqual({ n: 2 });
  await world.time.advance(1_150);
  expect(asked(rig)).toBe(2);
  expect(await answer).toEqual({ n: 2 });
});

test("closing, an abort and the end of its time settle it while it waits, and nothing is left", async () => {
  for (const end of ["close", "abort"]) {
    const rig = createRig();
    const socket = await rig.open();
    const controller = new AbortController();
    const refused = ask(rig, Ask, { signal: controller.signal });
    asked(rig, { ...busy, retryAfterMs: 10_000 });
    if (end === "abort") controller.abort();
    else void rig.client.close();
    expect(await refused).toMatchObject(
      end === "abort" ? { name: "StateError" } : { name: "ConnectionClosedError", mayHaveExecuted: false },
    );
    expect(socket.wire).toEqual([]);
    void rig.client.close();
    socket.read();
    await settled();
    expect(world.time.pending()).toBe(0);
  }
});

test("ids are UUIDs also where a page has no randomUUID", async () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, "crypto") as PropertyDescriptor;
  for (const crypto of [
    undefined,
    {},
    { getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto) },
  ]) {
    Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true, writable: true });
    try {
      const rig = createRig();
      await rig.open();
      for (let n = 0; n < 20; n++) void ask(rig);
      rig.network.socket.read();
      const ids = rig.network.received.map(({ meta }) => meta?.correlationId);
      expect(new Set(ids).size).toBe(20);
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    } finally {
      Object.defineProperty(globalThis, "crypto", own);
    }
  }
});
