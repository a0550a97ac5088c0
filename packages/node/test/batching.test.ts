import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join as joinPath } from "node:path";
import { promisify } from "node:util";
import { createNodeHandler } from "@ws-kit/node";
import { createRouter, message, z } from "@ws-kit/zod";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

const Join = message("JOIN");
const Joined = message("JOINED");
const Say = message("SAY", { n: z.number() });

/** The system calls with which the server writes to one client: each handle's `writev` or `write` is one. */
function countWrites(socket: Socket): () => number {
  let count = 0;
  for (const method of ["_write", "_writev"] as const) {
    const original = socket[method] as (...args: unknown[]) => void;
    Object.assign(socket, {
      [method](...args: unknown[]) {
        count++;
        original.apply(socket, args);
      },
    });
  }
  return () => count;
}

test("what is published while one read is handled reaches each follower in one system call", async () => {
  const router = createRouter()
    .on(Join, (ctx) => {
      void ctx.topics.subscribe("room");
      ctx.send(Joined);
    })
    .on(Say, async (ctx) => {
      await Promise.resolve();
      void ctx.publish("room", Say, ctx.payload);
    });
  const server = createServer();
  createNodeHandler(router).attach(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());

  async function join(): Promise<{ client: WebSocket; writes: () => number; heard: number[] }> {
    const accepted = once(server, "connection") as Promise<[Socket]>;
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => client.terminate());
    const [socket] = await accepted;
    await once(client, "open");
    client.send(JSON.stringify({ type: "JOIN" }));
    await once(client, "message");
    const heard: number[] = [];
    client.on("message", (data: Buffer) => {
      heard.push((JSON.parse(data.toString()) as { payload: { n: number } }).payload.n);
    });
    return { client, writes: countWrites(socket), heard };
  }

  const [publisher, follower] = [await join(), await join()];
  const { _socket: tcp } = publisher.client as unknown as { _socket: Socket };
  tcp.cork();
  for (const n of [1, 2, 3, 4]) publisher.client.send(JSON.stringify({ type: "SAY", payload: { n } }));
  tcp.uncork();
  await expect
    .poll(() => [publisher.heard, follower.heard])
    .toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
  expect([publisher.writes(), follower.writes()]).toEqual([1, 1]);
});

test("a socket that throws keeps nothing from other connections", async () => {
  const script = joinPath(import.meta.dirname, "failing-socket.ts");
  const { stdout } = await promisify(execFile)("node", ["--no-warnings", script]);
  expect(stdout.split("\n")).toEqual(['{"type":"LATER"}', ""]);
});
