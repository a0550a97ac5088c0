import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { serve as serveHono } from "@hono/node-server";
import { createNodeHandler, serve } from "@ws-kit/node";
import { createRouter, message, rpc, z, type Router } from "@ws-kit/zod";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

const Echo = message("ECHO", { text: z.string() });
const Same = rpc("SAME", undefined, "IS_SAME", { same: z.boolean() });

function app(greeting: string): Router {
  const router = createRouter();
  router.on(Echo, (ctx) => {
    ctx.send(Echo, { text: `${greeting} ${ctx.payload.text}` });
  });
  router.rpc(Same, (ctx) => ({ same: (ctx.ws as unknown as { data: unknown }).data === ctx.data }));
  return router;
}

async function portOf(server: Server): Promise<number> {
  if (!server.listening) await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Connects, sends one frame and gives the first that comes back. */
async function exchange(url: string, frame: object, options: { perMessageDeflate?: boolean } = {}): Promise<unknown> {
  const socket = new WebSocket(url, options);
  try {
    await once(socket, "open");
    socket.send(JSON.stringify(frame));
    const [data] = (await once(socket, "message")) as [Buffer];
    return JSON.parse(data.toString());
  } finally {
    socket.terminate();
  }
}

async function expectBoth(port: number): Promise<void> {
  const frame = { type: "ECHO", payload: { text: "world" } };
  expect(await exchange(`ws://127.0.0.1:${port}/ws`, frame)).toEqual({
    type: "ECHO",
    payload: { text: "hello world" },
  });
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("a page");
}

test("Express", async () => {
  const web = express().get("/", (_req, res) => void res.send("a page"));
  const server = web.listen(0, "127.0.0.1");
  createNodeHandler(app("hello")).attach(server, "/ws");
  await expectBoth(await portOf(server));
});

test("Fastify", async () => {
  const web = fastify().get("/", () => "a page");
  createNodeHandler(app("hello")).attach(web.server, "/ws");
  await web.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => web.close());
  await expectBoth((web.server.address() as AddressInfo).port);
});

test("Hono on Node", async () => {
  const web = new Hono().get("/", (c) => c.text("a page"));
  const server = serveHono({ fetch: web.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  createNodeHandler(app("hello")).attach(server, "/ws");
  await expectBoth(await portOf(server));
});

test("several routers on several paths, one for the rest, and a path nobody takes", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  createNodeHandler(app("a")).attach(server, "/a");
  createNodeHandler(app("b")).attach(server, "/b");
  expect(() => createNodeHandler(app("again")).attach(server, "/b")).toThrow(
    "Another handler takes the upgrades of /b",
  );
  const url = `ws://127.0.0.1:${await portOf(server)}`;
  const frame = { type: "ECHO", payload: { text: "x" } };
  expect(await exchange(`${url}/a?q=1`, frame)).toEqual({ type: "ECHO", payload: { text: "a x" } });
  expect(await exchange(`${url}/b`, frame)).toEqual({ type: "ECHO", payload: { text: "b x" } });
  await expect(exchange(`${url}/c`, frame)).rejects.toThrow("Unexpected server response: 404");
  createNodeHandler(app("rest")).attach(server);
  expect(await exchange(`${url}/c`, frame)).toEqual({ type: "ECHO", payload: { text: "rest x" } });
});

test("the handler is itself a listener for upgrade events", async () => {
  const server = createServer()
    .on("upgrade", createNodeHandler(app("plain")))
    .listen(0, "127.0.0.1");
  const url = `ws://127.0.0.1:${await portOf(server)}/anything`;
  expect(await exchange(url, { type: "ECHO", payload: { text: "x" } })).toMatchObject({ payload: { text: "plain x" } });
});

test("ctx.ws.data is ctx.data", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  createNodeHandler(app("")).attach(server);
  const answer = await exchange(`ws://127.0.0.1:${await portOf(server)}`, {
    type: "SAME",
    meta: { correlationId: "1" },
  });
  expect(answer).toMatchObject({ payload: { same: true } });
});

test("a target that looks like another host is a path", async () => {
  const seen: string[] = [];
  const server = createServer().listen(0, "127.0.0.1");
  const authenticate = (req: Request) => {
    seen.push(new URL(req.url).host);
    return {};
  };
  createNodeHandler(app(""), { authenticate }).attach(server);
  const port = await portOf(server);
  await exchange(`ws://127.0.0.1:${port}//evil.example/ws`, { type: "ECHO", payload: { text: "x" } });
  expect(seen).toEqual([`127.0.0.1:${port}`]);
});

test("compression when asked for", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  createNodeHandler(app("z"), { compression: true }).attach(server);
  const socket = new WebSocket(`ws://127.0.0.1:${await portOf(server)}`);
  await once(socket, "open");
  expect(socket.extensions).toContain("permessage-deflate");
  const text = "x".repeat(10_000);
  socket.send(JSON.stringify({ type: "ECHO", payload: { text } }));
  const [data] = (await once(socket, "message")) as [Buffer];
  expect(JSON.parse(data.toString())).toEqual({ type: "ECHO", payload: { text: `z ${text}` } });
  socket.terminate();
});

test("idleTimeoutSeconds ends a connection on which nothing happens", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  createNodeHandler(app(""), { idleTimeoutSeconds: 0.05 }).attach(server);
  const socket = new WebSocket(`ws://127.0.0.1:${await portOf(server)}`);
  const [code] = (await once(socket, "close")) as [number];
  expect(code).toBe(1006);
});

test("serve: ready, url, a taken port, and stop with its 1012", async () => {
  const router = app("served");
  const first = serve(router, {
    port: 0,
    hostname: "127.0.0.1",
    fetch: (req) => new Response(new URL(req.url).pathname),
  });
  await first.ready;
  expect(first.url.href).toBe(`http://127.0.0.1:${first.port}/`);
  expect(await (await fetch(new URL("/here", first.url))).text()).toBe("/here");
  await expect(serve(app(""), { port: first.port, hostname: "127.0.0.1" }).ready).rejects.toThrow("EADDRINUSE");
  const socket = new WebSocket(`ws://127.0.0.1:${first.port}`);
  await once(socket, "open");
  const [closed] = await Promise.all([once(socket, "close"), first.stop()]);
  expect([closed[0], String(closed[1])]).toEqual([1012, "The server restarts"]);
  await expect(fetch(first.url)).rejects.toThrow("fetch failed");
});

test("serve: fetch that throws is a 500, and bodies go through both ways", async () => {
  const running = serve(app(""), {
    port: 0,
    async fetch(req) {
      if (req.method === "POST") return new Response(`got ${await req.text()}`, { headers: { "x-kind": "echo" } });
      throw new Error("broken");
    },
  });
  await running.ready;
  onTestFinished(() => running.stop());
  expect((await fetch(running.url)).status).toBe(500);
  const answer = await fetch(running.url, { method: "POST", body: "a body" });
  expect([await answer.text(), answer.headers.get("x-kind")]).toEqual(["got a body", "echo"]);
});

test("stop does not wait for a peer that never answers the closing handshake", async () => {
  const running = serve(app(""), { port: 0, hostname: "127.0.0.1" });
  await running.ready;
  const socket = new WebSocket(`ws://127.0.0.1:${running.port}`);
  await once(socket, "open");
  (socket as unknown as { _socket: { pause(): void } })._socket.pause();
  await expect(running.stop()).resolves.toBeUndefined();
  socket.terminate();
});

test("a code that may not be sent and a reason that does not fit are made to", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  const router = createRouter();
  router.on(Echo, (ctx) => {
    ctx.ws.close(Number(ctx.payload.text), "é".repeat(100));
  });
  createNodeHandler(router).attach(server);
  const url = `ws://127.0.0.1:${await portOf(server)}`;
  for (const [asked, got] of [
    ["999", 1000],
    ["1006", 1000],
    ["4001", 4001],
  ] as const) {
    const socket = new WebSocket(url);
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "ECHO", payload: { text: asked } }));
    const [code, reason] = (await once(socket, "close")) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([got, "é".repeat(61)]);
  }
});
