import { setTimeout as delay } from "node:timers/promises";
import { serve } from "@ws-kit/node";
import { createRouter } from "@ws-kit/zod";
import { Where } from "./messages.ts";

/** One node of several: what stands before it is configured in the files beside this one. */
const {
  PORT = "3000",
  HOST = "0.0.0.0",
  NODE_NAME = "a node",
  LEAVE_MS = "5000",
  HEARTBEAT_MS = "25000",
} = process.env;

const router = createRouter({
  authenticate: (req, { remoteAddress = "unknown" }) => ({
    room: new URL(req.url).searchParams.get("room") ?? "lobby",
    address: remoteAddress,
    url: req.url,
  }),
  // Oftener than the shortest silence after which a proxy cuts a connection.
  heartbeat: { intervalMs: Number(HEARTBEAT_MS), timeoutMs: Number(HEARTBEAT_MS) * 0.8 },
});
router.rpc(Where, ({ data }) => ({ node: NODE_NAME, room: data.room, address: data.address, url: data.url }));

let leaving = false;
const server = serve(router, {
  port: Number(PORT),
  hostname: HOST,
  path: "/ws",
  // One proxy stands before it, and nobody can come past that one.
  trustProxy: 1,
  fetch(req) {
    if (new URL(req.url).pathname !== "/healthz") return new Response("Not found", { status: 404 });
    return new Response("", { status: leaving ? 503 : 200 });
  },
});
await server.ready;
console.log(`${NODE_NAME} is at ${server.url.href.replace("http", "ws")}ws`);

process.once("SIGTERM", async () => {
  // First nobody new is sent here; then who is here is asked to go, and is let in by another node.
  leaving = true;
  await delay(Number(LEAVE_MS));
  await server.stop({ timeoutMs: 20_000 });
});
