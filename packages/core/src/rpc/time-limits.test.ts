import { expect, it } from "vitest";
import { Ask, bench, errorOf, gate, type Peer } from "../../test/harness.ts";
import { createRouter } from "../router/create-router.ts";

interface Sent {
  readonly meta: { readonly correlationId: string };
}

function rig(sleeps = false) {
  const pending = new Map<string, ReturnType<typeof gate>>();
  const router = createRouter().rpc(Ask, (ctx) => {
    const held = gate();
    pending.set(ctx.meta.correlationId as string, held);
    return held.opened.then(() => ({ n: 2 })) as never;
  });
  const { hub, clock, connect } = bench(router, sleeps ? { sleeps } : {});
  const ask = (peer: Peer, correlationId: string, timeoutMs: number) =>
    peer.message("ASK", { n: 1 }, { correlationId, timeoutMs });
  const answer = async (id: string) => {
    pending.get(id)?.open();
    await clock.advance(0);
  };
  return { hub, clock, connect, ask, answer };
}

function settledIds(peer: Peer): string[] {
  return peer.socket.take().map((frame) => (frame as unknown as Sent).meta.correlationId);
}

it("ends each of a connection's requests at its own time, in whatever order they came", async () => {
  const { clock, connect, ask, answer } = rig();
  const [one, other] = [connect(), connect()];
  ask(one, "long", 300);
  ask(one, "short", 100);
  ask(other, "elsewhere", 200);
  ask(one, "answered", 150);
  await answer("answered");
  expect(settledIds(one)).toEqual(["answered"]);
  await clock.advance(99);
  expect(settledIds(one)).toEqual([]);
  await clock.advance(1);
  expect(errorOf(one.socket.take()[0]).code).toBe("DEADLINE_EXCEEDED");
  await clock.advance(100);
  expect([settledIds(one), settledIds(other)]).toEqual([[], ["elsewhere"]]);
  ask(one, "later", 50);
  await clock.advance(50);
  expect(settledIds(one)).toEqual(["later"]);
  await clock.advance(50);
  expect(settledIds(one)).toEqual(["long"]);
  await clock.advance(1_000);
  expect([settledIds(one), one.conn.calls?.timer?.listed]).toEqual([[], undefined]);
});

it("keeps no timer where that keeps a process awake and nothing is asked", async () => {
  const { clock, connect, ask, answer } = rig(true);
  const peer = connect();
  ask(peer, "a", 100);
  ask(peer, "b", 100);
  expect(clock.pending).toBe(1);
  await answer("a");
  expect(clock.pending).toBe(1);
  await answer("b");
  expect(clock.pending).toBe(0);
});

it.each([
  ["settled", true],
  ["was still asked", false],
])("lists nothing for a connection whose last request %s when it closed", async (_, settled) => {
  const { connect, ask, answer, hub } = rig();
  const peer = connect();
  ask(peer, "a", 100);
  if (settled) await answer("a");
  expect(peer.conn.calls?.timer?.listed).toBeDefined();
  hub.close(peer.conn, 1000, "");
  await answer("a");
  expect(peer.conn.calls?.timer?.listed).toBeUndefined();
});
