import { describe, expect, it } from "vitest";
import { Ask, bench, errorOf, gate, memoryLogger, Note, settle } from "../../test/harness.ts";
import type { RouterOptions } from "../api/options.ts";
import { createRouter } from "../router/create-router.ts";

/** A peer, and how many of its handlers run; each ends when told to. */
function rig(options: RouterOptions = {}) {
  const running: (() => void)[] = [];
  const handler = () => {
    const held = gate();
    running.push(() => held.open());
    return held.opened.then(() => ({ n: 0 }));
  };
  const router = createRouter({ logger: memoryLogger(), ...options });
  router.rpc(Ask, handler as never).on(Note, handler, { concurrent: true });
  const made = bench(router);
  return { running, router, ...made, peer: made.connect() };
}

describe("handlers that run beside each other are bounded", () => {
  it.each<[string, (n: number) => object[]]>([
    ["each is aborted at once", (n) => [ask(n), { type: "$ws:abort", meta: { correlationId: `${n}` } }]],
    ["each has next to no time", (n) => [ask(n, 0.001)]],
    ["nobody waits for an answer", (n) => [{ type: "NOTE", payload: { n } }]],
  ])("where %s", async (_, frames) => {
    const { running, peer, clock } = rig({ limits: { maxInflightRequests: 8 } });
    for (let n = 0; n < 200; n++) {
      for (const frame of frames(n)) peer.receive(frame);
      await clock.advance(2);
    }
    expect(running).toHaveLength(8);
    expect(
      peer.socket.take().some((frame) => (frame["payload"] as { code?: string }).code === "RESOURCE_EXHAUSTED"),
    ).toBe(true);
    // Whoever ends makes room again.
    for (const end of running.slice(0, 3)) end();
    await settle();
    for (let n = 300; n < 310; n++) for (const frame of frames(n)) peer.receive(frame);
    expect(running).toHaveLength(11);
  });

  it("also where the answer was given long before the end", async () => {
    const held = gate();
    const router = createRouter({ logger: memoryLogger(), limits: { maxInflightRequests: 2 } });
    router.rpc(Ask, async (ctx) => {
      ctx.reply({ n: 1 });
      await held.opened;
    });
    const peer = bench(router).connect();
    for (let n = 0; n < 3; n++) peer.receive(ask(n));
    expect(errorOf(peer.socket.take().at(-1)).code).toBe("RESOURCE_EXHAUSTED");
  });
});

function ask(n: number, timeoutMs?: number): object {
  return { type: "ASK", meta: { correlationId: `${n}`, timeoutMs }, payload: { n } };
}

it("requests that are called off again and again close the connection with 1008", async () => {
  const { peer, running } = rig({ limits: { maxAborts: 20 } });
  for (let n = 0; n < 30; n++) {
    peer.receive(ask(n));
    peer.receive({ type: "$ws:abort", meta: { correlationId: `${n}` } });
    running.pop()?.();
    await settle();
  }
  expect(peer.socket.ended).toEqual({ code: 1008, reason: "Too many aborted requests" });
});

it("a timeoutMs is a whole number from 1 up", async () => {
  const { peer, clock } = rig();
  peer.receive(ask(1, 0.4));
  peer.receive(ask(2, 2.9));
  await clock.advance(1);
  expect(peer.socket.take().map((frame) => errorOf(frame).message)).toEqual(["No answer within 1 ms"]);
  await clock.advance(1);
  expect(peer.socket.take().map((frame) => errorOf(frame).message)).toEqual(["No answer within 2 ms"]);
});
