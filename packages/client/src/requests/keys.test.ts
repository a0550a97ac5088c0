import { expect, test, vi } from "vitest";
import { Ask, AskAgain } from "../../test/definitions.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import { asked } from "../../test/outcome.ts";

useWorld();

test("a correlation id is a UUID of version 4", async () => {
  const rig = createRig();
  await rig.open();
  rig.client.request(Ask, { n: 1 }).catch(() => {});
  expect(asked(rig).meta?.correlationId).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

test("works where a page has no crypto.randomUUID", async () => {
  vi.spyOn(crypto, "randomUUID").mockImplementation(undefined as never);
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  try {
    const rig = createRig();
    const socket = await rig.open();
    const answered = rig.client.request(AskAgain, { n: 1 });
    const { frame, meta } = asked(rig);
    expect(frame?.meta?.idempotencyKey).toMatch(/^[\w-]{22}\.[\da-f-]{36}$/);
    socket.deliver({ type: "ANSWER", meta, payload: { n: 1 } });
    expect((await answered).payload.n).toBe(1);
  } finally {
    Reflect.deleteProperty(crypto, "randomUUID");
  }
});

test("a client has one secret, which begins every key", async () => {
  const keys: string[] = [];
  for (let client = 0; client < 2; client++) {
    const rig = createRig();
    await rig.open();
    for (let n = 0; n < 2; n++) {
      rig.client.request(AskAgain, { n }).catch(() => {});
      keys.push(String(asked(rig).frame?.meta?.idempotencyKey));
    }
  }
  for (const key of keys) expect(key).toMatch(/^[\w-]{22}\.[\da-f-]{36}$/);
  expect(new Set(keys).size).toBe(4);
  const [a, b, c, d] = keys.map((key) => key.slice(0, 22));
  expect([a, c]).toEqual([b, d]);
  expect(a).not.toBe(c);
});

test("works where there is no crypto at all, with keys that hold no secret", async () => {
  vi.stubGlobal("crypto", undefined);
  try {
    const rig = createRig();
    await rig.open();
    const ids = [1, 2].map((n) => {
      rig.client.request(AskAgain, { n }).catch(() => {});
      const { frame, meta } = asked(rig);
      expect(frame?.meta?.idempotencyKey).toBe(meta?.correlationId);
      return meta?.correlationId;
    });
    expect(ids[0]).not.toBe(ids[1]);
  } finally {
    vi.unstubAllGlobals();
  }
});
