import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type ClientOptions, wsClient } from "../src/index.ts";
import { streams } from "../src/streams.ts";
import { type RunningServer, startServer } from "./process.ts";
import { Double, Join, Relay, Said, Say, Stream, Tick, Told } from "./resume/messages.ts";
import { startTcpProxy, type TcpProxy } from "./resume/tcp-proxy.ts";

let server: RunningServer;
let proxy: TcpProxy;
const make = (options: ClientOptions) => wsClient({ ...options, use: [streams()] });
let client: ReturnType<typeof make>;
const openings: boolean[] = [];
const reports: string[] = [];

afterEach(async () => {
  await client.close();
  await proxy.close();
  await server.kill();
});

async function start(
  runtime: "bun" | "node" | "deno",
  options: Partial<ClientOptions> = {},
  windowMs = 60_000,
): Promise<void> {
  server = await startServer(0, "resume/server.ts", { WINDOW_MS: String(windowMs) }, runtime);
  proxy = await startTcpProxy(server.port);
  openings.length = reports.length = 0;
  client = make({ url: proxy.url, reconnect: { initialDelayMs: 20, maxDelayMs: 200, jitter: "none" }, ...options });
  client.onOpen(({ resumed }) => void openings.push(resumed));
  client.onError((error, { type }) => void (type === "connect" || reports.push(`${type}: ${error.message}`)));
  await client.connect();
  // The server knows by now that its client comes back.
  await toldOf();
}

const toldOf = async (): Promise<string[]> => (await client.request(Told, {})).payload.log;

describe.each(["bun", "node", "deno"] as const)("on %s", (runtime) => {
  test("a cut costs nothing: what both sides send, ask and publish arrives once, in order", async () => {
    await start(runtime);
    const ticks: number[] = [];
    const said: number[] = [];
    client.on(Tick, ({ payload }) => ticks.push(payload.n));
    client.on(Said, ({ payload }) => said.push(payload.n));
    client.send(Join, { room: "lobby" });
    client.send(Stream, { count: 300 });
    const progress: boolean[] = [];
    const answers: Promise<{ payload: { n: number } }>[] = [];
    for (let n = 0; n < 150; n++) {
      client.send(Say, { room: "lobby", n });
      const onProgress = (): number => progress.push(true);
      if (n % 3 === 0) answers.push(client.request(Double, { n, ms: n % 50 }, { onProgress }));
      if (n % 25 === 10) proxy.cut();
      await sleep(2);
    }
    expect((await Promise.all(answers)).map(({ payload }) => payload.n)).toEqual(answers.map((_, i) => i * 6));
    await vi.waitFor(() => expect([ticks.length, said.length]).toEqual([300, 150]), 30_000);
    expect(ticks).toEqual(ticks.map((_, i) => i));
    expect(said).toEqual(said.map((_, i) => i));
    expect(progress).toHaveLength(50);
    const log = await toldOf();
    expect(log.filter((line) => line.startsWith("say"))).toEqual(said.map((n) => `say ${n}`));
    expect(log.filter((line) => line.startsWith("close") || line === "open")).toEqual(["open"]);
    expect(openings).toEqual([false, ...openings.slice(1).map(() => true)]);
    expect(openings.length).toBeGreaterThan(2);
    expect(reports).toEqual([]);
  }, 60_000);

  test("a stream goes on over the next socket: each item comes once, in order, both ways", async () => {
    await start(runtime);
    async function* numbers() {
      for (let n = 0; n < 400; n++) {
        yield { n };
        await sleep(1);
        if (n % 80 === 40) proxy.cut();
      }
    }
    const call = client.stream(Relay, {}, { send: numbers() });
    const seen: number[] = [];
    for await (const { n } of call) seen.push(n);
    expect(seen).toEqual(Array.from({ length: 400 }, (_, n) => n));
    expect((await call.result).payload).toEqual({ items: 400 });
    expect(openings.length).toBeGreaterThan(2);
    expect(openings.slice(1)).not.toContain(false);
  }, 60_000);

  test("a line that has gone dead without a word costs nothing either", async () => {
    await start(runtime, { heartbeat: { intervalMs: 200, timeoutMs: 200 } });
    const said: number[] = [];
    client.on(Said, ({ payload }) => said.push(payload.n));
    client.send(Join, { room: "lobby" });
    await toldOf();
    proxy.freeze();
    for (let n = 0; n < 20; n++) client.send(Say, { room: "lobby", n });
    await vi.waitFor(() => expect(said).toEqual(Array.from({ length: 20 }, (_, n) => n)), 30_000);
    expect(openings).toEqual([false, true]);
    expect((await toldOf()).filter((line) => line.startsWith("close"))).toEqual([]);
    expect(reports).toEqual([]);
  }, 60_000);

  test("who comes too late begins anew, and is told what may be lost", async () => {
    await start(runtime, {}, 1_000);
    client.send(Say, { room: "lobby", n: 1 });
    await toldOf();
    proxy.freeze();
    client.send(Say, { room: "lobby", n: 2 });
    const answer = client.request(Double, { n: 1, ms: 0 });
    const failed = answer.catch((error: unknown) => error);
    proxy.refuses = true;
    proxy.cut();
    expect(await failed).toMatchObject({ name: "ConnectionClosedError", mayHaveExecuted: true });
    expect(reports).toEqual([expect.stringMatching(/^lost/)]);
    proxy.refuses = false;
    await vi.waitFor(() => expect(openings).toEqual([false, false]), 30_000);
    const last = async (): Promise<string[]> => (await toldOf()).slice(3);
    // Either side's clock may be the first.
    await vi.waitFor(async () => expect(new Set(await last())).toEqual(new Set(["open", "close 1006"])), 30_000);
  }, 60_000);
});

test("of clients that share a socket no connection is gone on with, and each is told so", async () => {
  await start("node", { share: true });
  client.send(Join, { room: "lobby" });
  await toldOf();
  const failed = client.request(Double, { n: 1, ms: 1_000 }).catch((error: unknown) => error);
  await sleep(50);
  proxy.cut();
  expect(await failed).toMatchObject({ name: "ConnectionClosedError", mayHaveExecuted: true });
  await vi.waitFor(() => expect(openings).toEqual([false, false]), 30_000);
  expect((await toldOf()).filter((line) => line === "open")).toHaveLength(2);
}, 60_000);
