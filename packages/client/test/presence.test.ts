import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { wsClient } from "../src/index.ts";
import { presence } from "../src/presence.ts";
import { Room } from "./presence/room.ts";
import { type RunningServer, startServer } from "./process.ts";
import { startTcpProxy, type TcpProxy } from "./resume/tcp-proxy.ts";

let server: RunningServer;
let proxy: TcpProxy;

beforeAll(async () => {
  server = await startServer(0, "presence/server.ts");
  proxy = await startTcpProxy(server.port);
});
afterAll(async () => {
  await proxy.close();
  await server.kill();
});

/** Somebody in the room, and what has changed there since. */
function enter(user: string, url = server.url) {
  const openings: boolean[] = [];
  const client = wsClient({
    url: `${url}?user=${user}`,
    use: [presence()],
    reconnect: { initialDelayMs: 20, maxDelayMs: 100, jitter: "none" },
  });
  client.onOpen(({ resumed }) => void openings.push(resumed));
  const room = client.subscribe(Room({ id: "1" }));
  const changes: string[] = [];
  room.onPresence(({ joined, updated, left }) => {
    for (const key of joined.keys()) changes.push(`+${key}`);
    for (const key of updated.keys()) changes.push(`~${key}`);
    for (const key of left.keys()) changes.push(`-${key}`);
  });
  room.track({ name: user });
  return { client, room, changes, openings };
}

test("who is there is seen on the other side: devices, a cut, a reload and a leave", async () => {
  const ann = enter("ann");
  await vi.waitFor(() => expect(ann.changes).toEqual(["+ann"]), 20_000);
  const phone = enter("bob", proxy.url);
  const laptop = enter("bob");
  laptop.room.update({ idle: true });
  const states = [
    { name: "bob", idle: false },
    { name: "bob", idle: true },
  ];
  await vi.waitFor(() => expect(ann.room.presence.get("bob")).toHaveLength(2), 20_000);
  await vi.waitFor(() => expect(ann.room.presence.get("bob")).toEqual(expect.arrayContaining(states)), 20_000);
  await sleep(400);
  const before = ann.changes.length;
  // Its connection is lost for a moment, and goes on.
  proxy.cut();
  await vi.waitFor(() => expect(phone.openings).toEqual([false, true]), 20_000);
  await sleep(1_500);
  expect(ann.changes.slice(before)).toEqual([]);
  phone.room.update({ idle: true });
  await vi.waitFor(() => expect(ann.changes.slice(before)).toEqual(["~bob"]), 20_000);
  await vi.waitFor(() => expect(phone.room.presence.get("bob")?.every(({ idle }) => idle)).toBe(true));
  await laptop.client.close();
  await vi.waitFor(() => expect(ann.room.presence.get("bob")).toHaveLength(1), 20_000);
  // A reload.
  await phone.client.close();
  const again = enter("bob");
  again.room.update({ idle: true });
  await vi.waitFor(() => expect(again.room.presence.size).toBe(2), 20_000);
  await sleep(3_500);
  expect(ann.changes.filter((change) => change === "-bob")).toEqual([]);
  await again.client.close();
  await vi.waitFor(() => expect(ann.changes.at(-1)).toBe("-bob"), 20_000);
  expect([...ann.room.presence]).toEqual([["ann", [{ name: "ann", idle: false }]]]);
  await ann.client.close();
}, 90_000);
