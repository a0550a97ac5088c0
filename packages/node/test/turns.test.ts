import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createNodeHandler } from "@ws-kit/node";
import { createRouter, message, z } from "@ws-kit/zod";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

const Count = message("COUNT", { n: z.number() });
const Load = message("LOAD", { text: z.string() });

/** A client of a server that serves a router. */
async function dial(router: Parameters<typeof createNodeHandler>[0]): Promise<WebSocket> {
  const server = createServer();
  createNodeHandler(router).attach(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => client.terminate());
  await once(client, "open");
  return client;
}

function sendMany(client: WebSocket, count: number): void {
  for (let n = 0; n < count; n++) client.send(JSON.stringify({ type: "COUNT", payload: { n } }));
}

test("what one peer sends at once is handled in order, and in turns between which everything else goes on", async () => {
  const FRAMES = 5_000;
  const got: number[] = [];
  let whenOthersWent = Infinity;
  const router = createRouter().on(Count, (ctx) => {
    if (got.push(ctx.payload.n) === 1) setImmediate(() => (whenOthersWent = got.length));
    if (got.length === FRAMES) ctx.send(Count, { n: got.length });
  });
  const client = await dial(router);
  sendMany(client, FRAMES);
  await once(client, "message");
  expect(got).toEqual(Array.from({ length: FRAMES }, (_, n) => n));
  expect(whenOthersWent).toBeLessThan(200);
});

test("a peer that does not fetch its answers has one message handled a turn", async () => {
  const FRAMES = 40;
  const turns: number[] = [];
  let turn = 0;
  const count = () => {
    turn++;
    if (turns.length < FRAMES) setImmediate(count);
  };
  // More than a kernel keeps for a socket, by far.
  const text = "x".repeat(2_000_000);
  const limits = { maxBufferedBytes: Infinity, maxBufferedBytesTotal: Infinity };
  const router = createRouter({ limits }).on(Count, (ctx) => {
    if (turns.push(turn) === 1) setImmediate(count);
    ctx.send(Load, { text });
  });
  const client = await dial(router);
  client.pause();
  sendMany(client, FRAMES);
  await expect.poll(() => turns.length, { timeout: 10_000 }).toBe(FRAMES);
  expect(new Set(turns.slice(-10)).size).toBe(10);
});
