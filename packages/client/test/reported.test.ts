/** What people report of WebSocket clients, on real sockets; the kinds of it stand beside the sources, in virtual time. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { rpc, z } from "@ws-kit/zod";
import { wsClient, type ClientOptions, type ServerError } from "@ws-kit/client/zod";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { WebSocket as WsSocket, WebSocketServer } from "ws";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../../test/browser.ts";
import { Aborted, Add, type Count, Slow, Upload } from "./messages.ts";
import { openPage } from "./page.ts";
import { type RunningServer, startServer } from "./process.ts";

let server: RunningServer;
let browser: Browser;
beforeAll(async () => {
  server = await startServer(0, "server.ts", { AUTHENTICATE_MS: "200" });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.kill();
});

const outcome = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

/** A server that says whatever it likes. */
async function hostile(answer: (socket: WsSocket) => void): Promise<{ url: string; server: WebSocketServer }> {
  const listener = new WebSocketServer({ port: 0 });
  listener.on("connection", (socket) => {
    socket.on("message", () => answer(socket));
  });
  await once(listener, "listening");
  return { url: `ws://127.0.0.1:${(listener.address() as AddressInfo).port}/`, server: listener };
}

/** A slow uplink, whose bytes wait where no socket counts them. */
async function slowProxy(bytesPerSecond: number): Promise<{ url: string; proxy: Server }> {
  const proxy = createServer((client) => {
    const upstream = connect(server.port, "127.0.0.1");
    for (const socket of [client, upstream]) socket.on("error", () => {});
    upstream.pipe(client);
    client.on("close", () => upstream.destroy());
    let ready = Promise.resolve();
    client.on("data", (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += 4_096) {
        const part = chunk.subarray(at, at + 4_096);
        ready = ready.then(() => sleep((part.length * 1_000) / bytesPerSecond)).then(() => void upstream.write(part));
      }
    });
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return { url: `ws://127.0.0.1:${(proxy.address() as AddressInfo).port}/`, proxy };
}

test("one of several clients that share a socket leaves while it opens", async () => {
  const options: ClientOptions = { url: server.url, share: true, reconnect: { enabled: false } };
  const [stays, leaves] = [wsClient(options), wsClient(options)];
  const opened = stays.connect();
  void leaves.connect();
  await sleep(50);
  await leaves.close();
  await opened;
  expect((await stays.request(Add, { a: 1, b: 2 })).payload.sum).toBe(3);
  await stays.close();
});

test("a stream that is left while it waits is over at the server, and its slot is free", async () => {
  await using client = wsClient({ url: server.url, maxPendingRequests: 3 });
  await client.connect();
  const aborted = new Promise<number>((resolve) => client.on(Aborted, ({ payload }) => resolve(payload.ms)));
  for (let component = 0; component < 10; component++) {
    const iterator = client.stream(Slow as unknown as typeof Count, { ms: 20_000 } as never)[Symbol.asyncIterator]();
    const waiting = iterator.next();
    await iterator.return?.();
    expect(await waiting).toEqual({ value: undefined, done: true });
  }
  expect(await aborted).toBe(20_000);
  expect((await client.request(Add, { a: 1, b: 2 })).payload.sum).toBe(3);
});

test("close() during an asynchronous schema: nothing is sent on a later connection", async () => {
  const Checked = rpc("ADD", { a: z.number().refine(() => sleep(100, true)), b: z.number() }, "SUM", {
    sum: z.number(),
  });
  await using client = wsClient({ url: server.url });
  await client.connect();
  const asked = outcome(client.request(Checked, { a: 1, b: 2 }));
  await client.close();
  expect(await asked).toMatchObject({ name: "ConnectionClosedError", mayHaveExecuted: false });
  await client.connect();
  const received = vi.fn<() => void>();
  client.onUnhandled(received);
  await sleep(200);
  expect(received).not.toHaveBeenCalled();
});

test.each([
  ["size", { data: "x".repeat(70_000) }, "RESOURCE_EXHAUSTED"],
  ["depth", { data: "", deep: JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`) as unknown }, "INVALID_ARGUMENT"],
])("a request that is refused for its %s fails at once", async (_, payload, code) => {
  await using client = wsClient({ url: server.url });
  await client.connect();
  const onError = vi.fn<() => void>();
  client.onError(onError);
  const error = (await outcome(client.request(Upload, payload, { timeoutMs: 20_000 }))) as ServerError;
  expect([error.name, error.code]).toEqual(["ServerError", code]);
  expect(onError).not.toHaveBeenCalled();
  expect((await client.request(Add, { a: 1, b: 2 })).payload.sum).toBe(3);
});

test("a slow uplink is not taken for a dead line", async () => {
  const { url, proxy } = await slowProxy(20_000);
  await using client = wsClient({ url, heartbeat: { intervalMs: 100, timeoutMs: 200 } });
  await client.connect();
  const states: string[] = [];
  client.onState((state) => states.push(state));
  expect((await client.request(Upload, { data: "x".repeat(40_000) })).payload.bytes).toBe(40_000);
  expect(states).toEqual([]);
  proxy.close();
});

test.each(["1e18", "3e9", "-1e18"])(
  "a server that asks it to stay away for %s ms is not dialed without end",
  async (ms) => {
    const { url, server: listener } = await hostile(() => {});
    let dials = 0;
    listener.on("connection", (socket) => {
      dials++;
      socket.send(`{"type":"$ws:goaway","payload":{"reconnectAfterMs":${ms}}}`);
      setTimeout(() => socket.close(1012), 5);
    });
    await using client = wsClient({ url, reconnect: { initialDelayMs: 200, jitter: "none" } });
    void client.connect();
    await sleep(500);
    expect(dials).toBeGreaterThan(0);
    expect(dials).toBeLessThan(5);
    listener.close();
  },
);

test.each([undefined, WsSocket])(
  "close() with a code for servers and a long reason is a clean close, on %o",
  async (WebSocket) => {
    const { url, server: listener } = await hostile(() => {});
    const heard = new Promise<unknown>((resolve) =>
      listener.on("connection", (socket) => socket.on("close", (code, reason) => resolve([code, String(reason)]))),
    );
    const client = wsClient({ url, WebSocket });
    await client.connect();
    await client.close(1001, "é".repeat(100));
    expect(await heard).toEqual([1000, "é".repeat(61)]);
    listener.close();
  },
);

test("the reason of a failed dial is told where the socket's class tells it, without the token", async () => {
  const refusing = new WebSocketServer({
    port: 0,
    verifyClient: (_: unknown, done: (ok: boolean, code: number) => void) => done(false, 401),
  });
  await once(refusing, "listening");
  const { port } = refusing.address() as AddressInfo;
  for (const [url, reason] of [
    [`ws://127.0.0.1:${port}/?q=1`, "401"],
    ["ws://127.0.0.1:1/", "ECONNREFUSED"],
  ] as const) {
    const client = wsClient({
      url,
      WebSocket: WsSocket,
      auth: { getToken: () => "SECRET" },
      reconnect: { enabled: false },
    });
    const told: string[] = [];
    client.onError((error) => told.push(error.message));
    client.onState((_, info) => told.push(info.reason ?? ""));
    await outcome(client.connect());
    expect(told.filter((text) => text.includes(reason)).length).toBeGreaterThan(1);
    expect(told.join()).not.toContain("SECRET");
  }
  refusing.close();
});

/** As a tab behind another one is: its page says that it is hidden. */
async function hide(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
}

test("in Chromium a hidden tab dials when the network is back, and one that is wrongly offline dials too", async () => {
  const context = await browser.newContext();
  const page = await openPage(context, "page-runtime.ts");
  const first = await startServer();
  expect(await page.evaluate((url) => kit.open(url), first.url)).toBe(3);
  await hide(page);
  await context.setOffline(true);
  await first.kill();
  await page.waitForFunction(() => kit.states.at(-1) === "reconnecting");
  const second = await startServer(first.port);
  await context.setOffline(false);
  await page.waitForFunction(() => kit.states.at(-1) === "open");
  await page.evaluate(() => {
    Object.defineProperty(navigator, "onLine", { value: false, configurable: true });
  });
  await second.kill();
  await page.waitForFunction(() => kit.states.at(-1) === "reconnecting");
  const third = await startServer(first.port);
  await page.evaluate(() => void kit.client.connect());
  await page.waitForFunction(() => kit.states.at(-1) === "open");
  await context.close();
  await third.kill();
});

test("in Chromium a dial that the page's policy forbids fails at once, though it is told of no close", async () => {
  const page = await openPage(browser, "page-runtime.ts");
  const failed = await page.evaluate(async (url) => {
    const policy = document.createElement("meta");
    policy.httpEquiv = "Content-Security-Policy";
    policy.content = "connect-src 'none'";
    document.head.append(policy);
    void kit.open(url).catch(() => {});
    return new Promise<string>((resolve) => kit.client.onError((error) => resolve(error.message)));
  }, server.url);
  expect(failed).toMatch(/^Cannot connect to .* \(1006\)/);
  await page.close();
});

test("in Chromium one of several clients that share a socket leaves while it opens", async () => {
  const page = await openPage(browser, "page-runtime.ts");
  expect(await page.evaluate((url) => kit.leaveShared(url), server.url)).toEqual(["closed", "open"]);
  await page.close();
});
