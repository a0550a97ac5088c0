/* oxlint-disable typescript/no-deprecated -- what Hono 4 documents; `@hono/bun` has the same */
// Run by Bun: a Hono app with sockets of both, and Bun.serve's websocket as the first argument says.
import { createRouter, message, z } from "@ws-kit/zod";
import { Hono } from "hono";
import { upgradeWebSocket, websocket } from "hono/bun";
import { createBunHandler } from "../src/index.ts";

const Say = message("SAY", { text: z.string() });
const router = createRouter();
router.on(Say, (ctx) => void ctx.send(Say, { text: `${ctx.payload.text}, ${String(ctx.data["events"])}` }));

const way = process.argv[2];
const ws = createBunHandler(router, {
  authenticate: () => ({ events: "mine" }),
  ...(way === "both" && { otherSockets: websocket }),
});
const app = new Hono<{ Bindings: Bun.Server<unknown> }>();
app.get("/ws", (c) => ws(c.req.raw, c.env));
app.get("/serverless", (c) => ws(c.req.raw, undefined as never));
app.get(
  "/echo",
  upgradeWebSocket(() => ({ onMessage: ({ data }, socket) => socket.send(`echo ${data as string}`) })),
);
app.get("/alive", (c) => c.text("yes"));
app.onError((error, c) => c.text(error.message, 500));

const callbacks = { ours: ws.websocket, both: ws.websocket, hono: websocket, none: undefined }[way ?? ""];
const server = Bun.serve({ port: 0, fetch: app.fetch, ...(callbacks && { websocket: callbacks }) } as never);
console.log(server.port);
