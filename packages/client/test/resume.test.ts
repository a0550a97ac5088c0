import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Client, wsClient } from "../src/index.ts";
import { type RunningServer, startServer } from "./process.ts";
import { Double, Join, Said, Say, Stream, Tick, Told } from "./resume/messages.ts";
import { startTcpProxy, type TcpProxy } from "./resume/tcp-proxy.ts";

let server: RunningServer;
let proxy: TcpProxy;
let client: Client;
const openings: boolean[] = [];
const reports: string[] = [];

beforeEach(async () => {
  server = await startServer(0, "resume/server.ts");
  proxy = await startTcpProxy(server.port);
  openings.length = reports.length = 0;
  client = wsClient({ url: proxy.url, reconnect: { initialDelayMs: 20, jitter: "none" } });
  client.onOpen(({ resumed }) => void openings.push(resumed));
  client.onError((error, { type }) => void reports.push(`${type}: ${error.message}`));
  await client.connect();
});
afterEach(async () => {
  await client.close();
  await proxy.close();
  await server.kill();
});

const toldOf = async (): Promise<string[]> => (await client.request(Told, {})).payload.log;

test("a cut of a real socket costs nothing: sends and requests of both sides arrive once, in order", async () => {
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
  await vi.waitFor(() => expect([ticks.length, said.length]).toEqual([300, 150]), 5_000);
  expect(ticks).toEqual(ticks.map((_, i) => i));
  expect(said).toEqual(said.map((_, i) => i));
  expect(progress).toHaveLength(50);
  const log = await toldOf();
  expect(log.filter((line) => line.startsWith("say"))).toEqual(said.map((n) => `say ${n}`));
  expect(log.filter((line) => line.startsWith("close") || line === "open")).toEqual(["open"]);
  expect(log.filter((line) => line === "detach").length).toBe(log.filter((line) => line === "resume").length);
  expect(openings).toEqual([false, ...openings.slice(1).map(() => true)]);
  expect(openings.length).toBeGreaterThan(2);
  expect(reports).toEqual([]);
});
