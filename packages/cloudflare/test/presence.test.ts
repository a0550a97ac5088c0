import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { startWorkerd } from "./workerd.ts";

/** workerd evicts an object that had nothing to do for ten seconds. */
const EVICTED_AFTER_MS = 11_500;

let server: Awaited<ReturnType<typeof startWorkerd>>;
beforeAll(async () => {
  server = await startWorkerd(`${import.meta.dirname}/workers/presence.ts`, ["Room"]);
});
afterAll(() => server.stop());

interface Frame {
  readonly type: string;
  readonly payload: Record<string, unknown>;
}

async function open(user: string) {
  const ws = new WebSocket(`ws://${server.host}/room/a?user=${user}`);
  onTestFinished(() => ws.terminate());
  const frames: Frame[] = [];
  ws.on("message", (data: Buffer) => void frames.push(JSON.parse(data.toString()) as Frame));
  await new Promise((resolve, reject) => ws.on("open", resolve).on("error", reject));
  const send = (type: string, payload?: object, meta?: object) => ws.send(JSON.stringify({ type, payload, meta }));
  /** The first frame of a type that has come since the last look, and all before it are forgotten. */
  const next = async (type: string): Promise<Record<string, unknown>> => {
    await expect.poll(() => frames.some((frame) => frame.type === type), { timeout: 10_000 }).toBe(true);
    return frames.splice(0, frames.findIndex((frame) => frame.type === type) + 1).at(-1)?.payload ?? {};
  };
  const who = async () => {
    send("WHO", undefined, { correlationId: "1" });
    return next("THEY");
  };
  return { ws, frames, send, next, who };
}

test("who is there outlives an object's eviction, and is told as a whole afterwards", { timeout: 60_000 }, async () => {
  const ada = await open("ada");
  ada.send("JOIN", { name: "Ada" });
  ada.send("$ws:presence", { topic: "lobby", watch: true });
  expect(await ada.next("$ws:presence")).toMatchObject({ state: { ada: [{ name: "Ada" }] }, count: 1 });
  const bob = await open("bob");
  bob.send("JOIN", { name: "Bob" });
  expect(await ada.next("$ws:presence")).toMatchObject({ join: { bob: [{ name: "Bob" }] }, count: 2 });
  const before = await ada.who();
  await new Promise((resolve) => setTimeout(resolve, EVICTED_AFTER_MS));

  const after = await ada.who();
  expect(after["instance"]).not.toBe(before["instance"]);
  expect(new Set(after["members"] as string[])).toEqual(new Set(["ada", "bob"]));
  // What a client says goes on from what it was.
  bob.send("$ws:presence", { topic: "lobby", state: { name: "Bobby" } });
  const told = await ada.next("$ws:presence");
  expect(told).toMatchObject({ state: { ada: [{ name: "Ada" }], bob: [{ name: "Bobby" }] }, count: 2 });
  bob.ws.close();
  expect(await ada.next("$ws:presence")).toMatchObject({ leave: ["bob"], count: 1 });
  expect((await ada.who())["members"]).toEqual(["ada"]);
});
