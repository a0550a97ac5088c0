import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

let bun: ChildProcess;
let port = 0;

beforeAll(async () => {
  bun = spawn("bun", [fileURLToPath(new URL("presence-server.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (bun.stdout === null) throw new Error("no output");
  const [first] = (await once(createInterface(bun.stdout), "line")) as [string];
  port = Number(first);
});

afterAll(async () => {
  if (bun.exitCode !== null) return;
  bun.kill("SIGTERM");
  await once(bun, "exit");
});

interface Frame {
  readonly type: string;
  readonly payload: Record<string, unknown>;
}

async function connect(
  user: string,
): Promise<{ ws: WebSocket; frames: Frame[]; send(type: string, payload?: object): void }> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/?user=${user}`);
  const frames: Frame[] = [];
  ws.addEventListener("message", ({ data }) => frames.push(JSON.parse(data as string) as Frame));
  await once(ws, "open");
  return { ws, frames, send: (type, payload) => ws.send(JSON.stringify({ type, payload })) };
}

it("a room on real sockets: several devices, a reload that nobody sees, and a leave", async () => {
  const ann = await connect("ann");
  ann.send("JOIN", { id: "1", name: "Ann" });
  ann.send("$ws:presence", { topic: "room:1", watch: true });
  const presence = (): unknown[] =>
    ann.frames.map(({ payload }) => {
      const { topic: _topic, version: _version, ...rest } = payload;
      return rest;
    });
  await vi.waitFor(() => expect(ann.frames).toHaveLength(1));
  expect(ann.frames[0]).toEqual({
    type: "$ws:presence",
    payload: { topic: "room:1", version: 0, state: { ann: [{ name: "Ann", typing: false }] }, count: 1 },
  });
  const phone = await connect("bob");
  phone.send("JOIN", { id: "1", name: "Bob" });
  await vi.waitFor(() => expect(ann.frames).toHaveLength(2));
  // A reload: the page goes away and is back soon.
  phone.ws.close();
  await once(phone.ws, "close");
  const again = await connect("bob");
  again.send("JOIN", { id: "1", name: "Bob" });
  const laptop = await connect("bob");
  laptop.send("JOIN", { id: "1", name: "Bob's laptop" });
  await vi.waitFor(() => expect(ann.frames).toHaveLength(3));
  laptop.send("WHO");
  await vi.waitFor(() => expect(laptop.frames).toHaveLength(1));
  expect(laptop.frames[0]?.payload).toEqual({
    members: { ann: [{ name: "Ann" }], bob: [{ name: "Bob" }, { name: "Bob's laptop" }] },
  });
  laptop.ws.close();
  again.ws.close();
  await vi.waitFor(() => expect(JSON.stringify(ann.frames.at(-1))).toContain("leave"), 5_000);
  const bob = { name: "Bob", typing: false };
  const both = [bob, { name: "Bob's laptop", typing: false }];
  expect(presence()[1]).toEqual({ join: { bob: [bob] }, count: 2 });
  expect(presence()[2]).toEqual({ update: { bob: both }, count: 2 });
  expect(presence().at(-1)).toEqual({ leave: ["bob"], count: 1 });
  expect(JSON.stringify(presence()).match(/leave/g)).toHaveLength(1);
  ann.ws.close();
});
