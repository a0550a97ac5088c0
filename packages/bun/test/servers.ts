// Run by Bun, not by the test runner: every way to mount a router, each on a port of its own, printed as one JSON line.
import { createRouter, message, z } from "@ws-kit/zod";
import { Hono } from "hono";
import { getSignedCookie, setSignedCookie } from "hono/cookie";
import { bearerToken, cookies, createBunHandler, serve } from "../src/index.ts";

const Say = message("SAY", { text: z.string() });
const Follow = message("FOLLOW", { topic: z.string() });
const Whoami = message("WHOAMI");
const Me = message("ME", { data: z.record(z.string(), z.unknown()), same: z.boolean() });

function chat(name: string) {
  const router = createRouter<{ user?: string }>({ heartbeat: { intervalMs: 60_000 } });
  router.onOpen((ctx) => {
    void ctx.topics.subscribe("room");
  });
  router.on(Say, (ctx) => {
    void ctx.publish("room", Say, { text: `${name}: ${ctx.payload.text}` });
  });
  router.on(Follow, async (ctx) => {
    await ctx.topics.subscribe(ctx.payload.topic).catch(() => {});
    ctx.send(Say, { text: ctx.topics.has(ctx.payload.topic) ? "followed" : "refused" });
  });
  router.on(Whoami, (ctx) => {
    ctx.send(Me, { data: { ...ctx.data }, same: ctx.ws.data === ctx.data });
  });
  return router;
}

const plain = serve(chat("plain"), { port: 0 });

const site = serve(chat("site"), {
  port: 0,
  path: "/ws",
  routes: { "/hello": new Response("hello") },
  fetch: (req) => new Response(`page ${new URL(req.url).pathname}`),
  authenticate(req) {
    const token = bearerToken(req);
    return token === undefined ? undefined : { user: token };
  },
});

// Two routers on one server: what one publishes must not reach the other's connections.
const [red, blue] = [chat("red"), chat("blue")];
const [redHandler, blueHandler] = [createBunHandler(red), createBunHandler(blue)];
const pair = Bun.serve({
  port: 0,
  fetch: (req, server) => (new URL(req.url).pathname === "/red" ? redHandler(req, server) : blueHandler(req, server)),
  websocket: red.websocket,
});

const app = new Hono<{ Bindings: { server: Bun.Server<unknown> } }>();
const hono = chat("hono");
const honoHandler = createBunHandler(hono);
app.get("/", (c) => c.text("Welcome"));
app.get("/ws", (c) => honoHandler(c.req.raw, c.env.server));
app.post("/say/:text", async (c) => c.json(await hono.publish("room", Say, { text: c.req.param("text") })));
const mounted = Bun.serve({
  port: 0,
  fetch: (req, server) => app.fetch(req, { server }),
  websocket: honoHandler.websocket,
});

// What a route of Hono knows reaches authenticate by the request that both have.
const secret = "only for this test";
const users = new WeakMap<Request, string>();
const door = new Hono<{ Bindings: { server: Bun.Server<unknown> } }>();
const doorHandler = createBunHandler(chat("door"), {
  authenticate(req, { request }) {
    const user = users.get(request) ?? (cookies(req)["guest"] === "grace hopper" ? "guest" : undefined);
    return user === undefined ? null : { user };
  },
});
door.post("/login", async (c) => {
  await setSignedCookie(c, "user", "ada", secret);
  return c.text("Welcome");
});
door.get("/ws", async (c) => {
  const user = await getSignedCookie(c, secret, "user");
  if (typeof user === "string") users.set(c.req.raw, user);
  return doorHandler(c.req.raw, c.env.server);
});
const signed = Bun.serve({
  port: 0,
  fetch: (req, server) => door.fetch(req, { server }),
  websocket: doorHandler.websocket,
});

const bare = Bun.serve({
  port: 0,
  fetch: (req, server) => (server.upgrade(req, { data: undefined }) ? undefined : new Response("no")),
  websocket: chat("bare").websocket,
});

process.on("SIGTERM", () => {
  void Promise.all([plain.stop(), site.stop()]).then(() => process.exit(0));
});

const servers = { plain, site, pair, mounted, signed, bare };
process.stdout.write(
  `${JSON.stringify(Object.fromEntries(Object.entries(servers).map(([name, { port }]) => [name, port])))}\n`,
);
