// Run by Bun or Node: floods its peers as it is told to by HTTP, and tells what that costs.
import type * as Bun from "@ws-kit/bun";
import { createRouter, message, rpc, z } from "@ws-kit/zod";

const adapter = process.versions["bun"] === undefined ? "@ws-kit/node" : "@ws-kit/bun";
const { serve } = (await import(adapter)) as typeof Bun;

const Blob = message("BLOB", { n: z.number(), data: z.string() });
const Ask = rpc("ASK", { n: z.number() }, "ASKED", { n: z.number(), data: z.string() });

const closed: Record<number, number> = {};
const quiet = { debug() {}, warn() {}, error: (text: string) => void process.stderr.write(`${text}\n`) };
const router = createRouter({ logger: quiet });
router.onOpen((ctx) => {
  void ctx.topics.subscribe("room");
});
router.onClose((ctx) => {
  closed[ctx.code] = (closed[ctx.code] ?? 0) + 1;
});
const data = "x".repeat(8_000);
router.rpc(Ask, (ctx) => ({ n: ctx.payload.n, data }));

/** What was resident at most. */
let peak = 0;
setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20).unref();

/** Frames of the last flood, and whether it still goes on: a request that takes so long would be timed out. */
let sent = 0;
let flooding = false;

/** Sends to every peer. */
const SENDERS: Record<string, (n: number) => void> = {
  publish: (n) => void router.publish("room", Blob, { n, data }),
  filtered: (n) => void router.publish("room", Blob, { n, data }, { filter: () => true }),
  send: (n) => {
    for (const peer of router.connections) peer.send(Blob, { n, data });
  },
  byId: (n) => {
    for (const { clientId } of router.connections) router.connections.send(clientId, Blob, { n, data });
  },
};

/** @returns how many frames were sent: fewer than asked for where somebody has so many bytes unread before. */
async function flood(how: string, frames: number, burst: number, until: number): Promise<number> {
  const send = SENDERS[how];
  if (send === undefined) throw new Error(`There is no way called ${how}`);
  for (let n = 0; n < frames; n++) {
    send(n);
    if (n % burst < burst - 1) continue;
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (const { ws } of router.connections) if (ws.getBufferedAmount() > until) return n + 1;
  }
  return frames;
}

const server = serve(router, {
  port: 0,
  hostname: "127.0.0.1",
  path: "/ws",
  fetch(req) {
    const { pathname, searchParams } = new URL(req.url);
    if (pathname === "/flood") {
      const figure = (name: string) => Number(searchParams.get(name) ?? Infinity);
      flooding = true;
      void flood(String(searchParams.get("how")), figure("frames"), figure("burst"), figure("until"))
        .then((frames) => (sent = frames))
        .finally(() => (flooding = false));
    }
    return Response.json({
      sent,
      flooding,
      rss: process.memoryUsage().rss,
      peak,
      closed,
      open: router.connections.size,
    });
  },
});
await (server as unknown as { ready?: Promise<void> }).ready;
process.stdout.write(`LISTENING ${server.port}\n`);
