import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { once } from "node:events";
import { ask } from "@ws-kit/conformance";
import { cookies, createNodeHandler, serve } from "@ws-kit/node";
import { createRouter } from "@ws-kit/zod";
import express from "express";
import session from "express-session";
import { parseSigned, serializeSigned } from "hono/utils/cookie";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

const quiet = { debug() {}, warn() {}, error() {} };

async function portOf(server: Server): Promise<number> {
  if (!server.listening) await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const upgrade = (target = "/"): string =>
  `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

/** A socket that reads, and never ends its own half. */
function halfOpen(port: number, text: string): void {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("data", () => {}).on("error", () => {});
  socket.write(text);
  onTestFinished(() => void socket.destroy());
}

describe("a refused upgrade keeps no socket", () => {
  test.for([
    ["by authenticate", upgrade("/in")],
    ["for its Host", upgrade("/in").replace("Host: x", "Host: a b")],
    ["for its path", upgrade("/elsewhere")],
    ["for its key", upgrade("/open").replace("dGhlIHNhbXBsZSBub25jZQ==", "short")],
  ] as const)("%s", async ([, text]) => {
    const server = createServer().listen(0, "127.0.0.1");
    createNodeHandler(createRouter({ logger: quiet }), { authenticate: () => undefined }).attach(server, "/in");
    createNodeHandler(createRouter({ logger: quiet }), { maxConnections: 1 }).attach(server, "/open");
    const port = await portOf(server);
    for (let i = 0; i < 10; i++) halfOpen(port, text);
    const count = () => new Promise<number>((resolve) => void server.getConnections((_, n) => resolve(n)));
    await expect.poll(count, { timeout: 5_000 }).toBe(0);
    // Those that failed in the runtime gave their places back.
    expect((await ask(`127.0.0.1:${port}`, upgrade("/open"))).status).toBe(101);
  });
});

test("a peer that resets while its offer of another protocol is answered is nobody's failure", async () => {
  const answering: ServerResponse[] = [];
  const server = createServer((_, out) => void answering.push(out)).listen(0, "127.0.0.1");
  server.on("upgrade", createNodeHandler(createRouter({ logger: quiet })));
  const socket = connect(await portOf(server), "127.0.0.1").on("error", () => {});
  socket.write(upgrade("/").replace("Upgrade: websocket", "Upgrade: h2c"));
  await expect.poll(() => answering.length).toBe(1);
  const gone = once(answering[0] as ServerResponse, "close");
  socket.resetAndDestroy();
  // Vitest fails for an error that nobody listens to.
  await gone;
});

test.for([
  ["for its Host", upgrade("/in?token=t").replace("Host: x", "Host: a b"), [400, "request", "/in"]],
  ["for its key", upgrade("/in?token=t").replace("dGhlIHNhbXBsZSBub25jZQ==", "short"), [400, "handshake", "/in"]],
  ["for its path", upgrade("/elsewhere?token=t"), [404, "path", "/elsewhere"]],
  ["by authenticate", upgrade("/in?token=bad"), [401, "authenticate", "/in"]],
] as const)("an extension hears of an upgrade that is refused %s", async ([, text, fact]) => {
  const told: unknown[] = [];
  const router = createRouter({ logger: quiet }).extend({
    name: "doorman",
    setup: () => ({ upgradeRefused: (_, { status, cause, path }) => void told.push([status, cause, path]) }),
  });
  const server = createServer().listen(0, "127.0.0.1");
  createNodeHandler(router, {
    authenticate: (req) => (new URL(req.url).searchParams.get("token") === "t" ? {} : undefined),
  }).attach(server, "/in");
  const answer = await ask(`127.0.0.1:${await portOf(server)}`, text);
  expect([answer.status, told]).toEqual([fact[0], [fact]]);
});

describe("an offer of another protocol", () => {
  const offering = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAAP__" };

  async function post(port: number, path: string, headers: Record<string, string>): Promise<[number, string]> {
    const sent = request({ port, host: "127.0.0.1", path, method: "POST", headers });
    sent.end("a body");
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    let text = "";
    for await (const chunk of response) text += String(chunk);
    return [response.statusCode ?? 0, text];
  }

  test.for(["h2c", "TLS/1.0", "h2c, TLS/1.2", "foo"])("%s is ignored by serve", async (protocol) => {
    const running = serve(createRouter(), {
      port: 0,
      path: "/ws",
      fetch: async (req) => new Response(`${req.method} ${await req.text()}`),
    });
    await running.ready;
    onTestFinished(() => running.stop());
    for (const path of ["/", "/ws"]) {
      expect(await post(running.port, path, { ...offering, upgrade: protocol })).toEqual([200, "POST a body"]);
    }
  });

  test("is ignored by a server of one's own, and left to whoever speaks it", async () => {
    const server = createServer((_req, res) => void res.end("a page")).listen(0, "127.0.0.1");
    createNodeHandler(createRouter()).attach(server, "/ws");
    const port = await portOf(server);
    expect(await post(port, "/", offering)).toEqual([200, "a page"]);
    server.on("upgrade", (req, socket) => {
      if (req.headers.upgrade === "h2c") socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n");
    });
    const raw = `GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`;
    expect((await ask(`127.0.0.1:${port}`, raw)).status).toBe(101);
  });

  test("is ignored by a handler that listens by itself, where the request has no body", async () => {
    const server = createServer((_req, res) => void res.end("a page"))
      .on("upgrade", createNodeHandler(createRouter()))
      .listen(0, "127.0.0.1");
    const host = `127.0.0.1:${await portOf(server)}`;
    const raw = (method: string, body: string) =>
      `${method} / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const answer = await ask(host, raw("GET", ""));
    expect([answer.status, answer.body.includes("a page")]).toEqual([200, true]);
    expect((await ask(host, raw("POST", "a body"))).status).toBe(400);
  });
});

test("a plain request without a usable Host: none is served, a bad one is 400, neither is logged", async () => {
  const lines: string[] = [];
  const keep = (text: string) => void lines.push(text);
  const running = serve(createRouter({ logger: { debug: keep, warn: keep, error: keep } }), {
    port: 0,
    path: "/ws",
    fetch: (req) => new Response(new URL(req.url).pathname),
  });
  await running.ready;
  onTestFinished(() => running.stop());
  const host = `127.0.0.1:${running.port}`;
  expect(await ask(host, "GET /health HTTP/1.0\r\n\r\n", 300)).toMatchObject({ status: 200 });
  expect(await ask(host, "GET /health HTTP/1.1\r\nHost: \r\n\r\n", 300)).toMatchObject({ status: 200 });
  expect(await ask(host, "GET /health HTTP/1.1\r\nHost: a b\r\n\r\n", 300)).toMatchObject({ status: 400 });
  expect(lines).toEqual([]);
});

async function statusOf(url: string, cookie?: string): Promise<number> {
  const socket = new WebSocket(url, { headers: cookie === undefined ? {} : { cookie } });
  onTestFinished(() => socket.terminate());
  return new Promise((resolve) => {
    socket.on("open", () => resolve(101));
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.on("error", () => {});
  });
}

/** An application where a POST to `/login` begins a session. */
function loginServer() {
  const sessions = session({ secret: "only for this test", resave: false, saveUninitialized: false });
  const app = express().use(sessions);
  app.post("/login", (req, res) => {
    (req.session as unknown as { user: string }).user = "ada";
    res.end();
  });
  return { sessions, server: app.listen(0, "127.0.0.1") };
}

describe("recipes", () => {
  test("a session of express-session", async () => {
    const { sessions, server } = loginServer();
    const router = createRouter<{ user: string }>();
    createNodeHandler(router, {
      async authenticate(_req, { request: native }) {
        // The middleware wants Express's objects, and reads of them what Node's have too.
        await new Promise((resolve) => sessions(native as express.Request, {} as express.Response, resolve));
        const { user } = (native as express.Request).session as unknown as { user?: string };
        return user === undefined ? null : { user };
      },
    }).attach(server, "/ws");
    const port = await portOf(server);
    const login = await fetch(`http://127.0.0.1:${port}/login`, { method: "POST" });
    const [cookie] = login.headers.getSetCookie()[0]?.split(";") ?? [];
    expect(await statusOf(`ws://127.0.0.1:${port}/ws`, cookie)).toBe(101);
    expect([...router.connections].map(({ data }) => data.user)).toEqual(["ada"]);
    expect(await statusOf(`ws://127.0.0.1:${port}/ws`, "connect.sid=s%3Aforged.signature")).toBe(401);
    expect(await statusOf(`ws://127.0.0.1:${port}/ws`)).toBe(401);
  });

  test("a session of the upgrade does not vouch for a token that comes later", async () => {
    const { sessions, server } = loginServer();
    const seen: unknown[] = [];
    const router = createRouter<{ user: string }>({ expiresAt: () => Date.now() + 60_000 });
    createNodeHandler(router, {
      async authenticate(_req, { request: native, remoteAddress }) {
        seen.push([native.method, native.url, native.headers.authorization, remoteAddress, native.socket.remotePort]);
        await new Promise((resolve) => sessions(native as express.Request, {} as express.Response, resolve));
        const { user } = (native as express.Request).session as unknown as { user?: string };
        return user === undefined ? null : { user };
      },
    }).attach(server, "/ws");
    const port = await portOf(server);
    const login = await fetch(`http://127.0.0.1:${port}/login`, { method: "POST" });
    const [cookie = ""] = login.headers.getSetCookie()[0]?.split(";") ?? [];
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws?room=1`, { headers: { cookie } });
    onTestFinished(() => socket.terminate());
    await once(socket, "message");
    socket.send(JSON.stringify({ type: "$ws:auth", payload: { token: "anything" } }));
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(4401);
    const remotePort: unknown = expect.any(Number);
    expect(seen).toEqual([
      ["GET", "/ws?room=1", undefined, "127.0.0.1", remotePort],
      ["GET", "/ws", "Bearer anything", "127.0.0.1", remotePort],
    ]);
  });

  test("a cookie that Hono's helper has signed, and plain ones", async () => {
    const secret = "only for this test";
    const server = createServer().listen(0, "127.0.0.1");
    createNodeHandler(createRouter(), {
      async authenticate(req) {
        const signed = await parseSigned(req.headers.get("cookie") ?? "", secret, "user");
        if (typeof signed["user"] === "string") return { user: signed["user"] };
        return cookies(req)["guest"] === "grace hopper" ? { user: "guest" } : null;
      },
    }).attach(server, "/ws");
    const url = `ws://127.0.0.1:${await portOf(server)}/ws`;
    const [cookie] = (await serializeSigned("user", "ada", secret)).split(";");
    expect(await statusOf(url, cookie)).toBe(101);
    expect(await statusOf(url, cookie?.replace("ada", "eve"))).toBe(401);
    expect(await statusOf(url, "other=1; guest=grace%20hopper")).toBe(101);
  });
});
