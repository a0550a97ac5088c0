import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createNodeHandler } from "@ws-kit/node";
import { createRouter, message, z } from "@ws-kit/zod";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

const Blob = message("BLOB", { data: z.string() });

/** A router with so many peers, and the server's ends of their sockets. */
async function crowd(peers: number) {
  const router = createRouter();
  const server = createServer();
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => void sockets.push(socket));
  createNodeHandler(router).attach(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const clients = await Promise.all(
    Array.from({ length: peers }, async () => {
      const client = new WebSocket(`ws://127.0.0.1:${port}`);
      await once(client, "open");
      return client;
    }),
  );
  onTestFinished(() => {
    for (const client of clients) client.terminate();
    server.close();
  });
  await expect.poll(() => router.connections.size).toBe(peers);
  return { router, sockets, clients };
}

/** The chunks that a socket is given to write, as it is given them. */
function chunksOf(socket: Socket): unknown[] {
  const seen: unknown[] = [];
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = (...args: unknown[]) => {
    seen.push(args[0]);
    return write(...args);
  };
  return seen;
}

test("a large text is kept once for all who are sent the same, and arrives as text", async () => {
  const { router, sockets, clients } = await crowd(2);
  const written = sockets.map(chunksOf);
  const read = clients.map((client) => once(client, "message") as Promise<[Buffer, boolean]>);
  const data = "é".repeat(8_000);
  for (const peer of router.connections) peer.send(Blob, { data });
  const frames = await Promise.all(read);
  for (const [text, isBinary] of frames) {
    expect(isBinary).toBe(false);
    expect(JSON.parse(text.toString())).toEqual({ type: "BLOB", payload: { data } });
  }
  const [first, second] = written.map((chunks) => chunks.at(-1));
  expect(first).toBeInstanceOf(Buffer);
  expect(second).toBe(first);
});

test("no more than 4 MiB of all sockets together wait for the end of a tick", async () => {
  const { router, sockets } = await crowd(400);
  // Little enough to wait, for each of them.
  const data = "x".repeat(15_000);
  for (const peer of router.connections) peer.send(Blob, { data });
  const waiting = sockets.reduce((sum, { writableLength }) => sum + writableLength, 0);
  expect(waiting).toBeLessThan(4_194_304);
});
