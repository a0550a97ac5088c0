// Run by Bun or Node: floods its peers as it is told to by HTTP, and tells what that costs.
import { createRouter, message, rpc, z } from "@ws-kit/zod";

const adapter = process.versions["bun"] === undefined ? "@ws-kit/node" : "@ws-kit/bun";
const { serve } = (await import(adapter)) as typeof import("@ws-kit/bun");

const Blob = message("BLOB", { n: z.number(), data: z.string() });
const Ask = rpc("ASK", { n: z.number() }, "ASKED", { n: z.number(), data: z.string() });

const closed: Record<number, number> = {};
const router = createRouter({ logger: { debug() {}, warn() {}, error: console.error } });
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

async function flood(how: string, frames: number, burst: number): Promise<void> {
  const send = SENDERS[how];
  for (let n = 0; n < frames && send !== undefined; n++) {
    send(n);
    if (n % burst === burst - 1) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const server = serve(router, {
  port: 0,
  hostname: "127.0.0.1",
  path: "/ws",
  async fetch(req) {
    const { pathname, searchParams } = new URL(req.url);
    if (pathname === "/flood") {
      const [frames, burst] = [Number(searchParams.get("frames")), Number(searchParams.get("burst"))];
      await flood(String(searchParams.get("how")), frames, burst);
    }
    return Response.json({ rss: process.memoryUsage().rss, peak, closed, open: router.connections.size });
  },
});
await (server as unknown as { ready?: Promise<void> }).ready;
console.log(`LISTENING ${server.port}`);
