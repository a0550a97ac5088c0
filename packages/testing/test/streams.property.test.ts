import { wsClient } from "@ws-kit/client";
import { streams } from "@ws-kit/client/streams";
import { createRouter, rpc, WsKitError, z } from "@ws-kit/zod";
import { expect, test } from "vitest";
import { random as randomOf } from "../../../test/random.ts";
import { createTestServer } from "../src/index.ts";

const Flow = rpc(
  "FLOW",
  { seed: z.number() },
  "FLOWED",
  { read: z.number() },
  { stream: { fromClient: { n: z.number() }, fromServer: { n: z.number() } } },
);

const RUNS = Number(process.env["RUNS"] ?? 100);
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Fails by name instead of hanging until the test does. */
function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`${what} does not end`)), 3_000).unref()),
  ]);
}

/** What a hub keeps of streams. */
interface Kept {
  readonly streams: unknown;
  readonly connections: Iterable<{ readonly calls: (ReadonlyMap<string, unknown> & { running: number }) | undefined }>;
}

async function run(seed: number): Promise<string> {
  const random = randomOf(seed);
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const often = (share: number): boolean => random() < share;
  const open = { handlers: 0, sources: 0, call: 0 };
  const router = createRouter({ limits: { maxStreamBytes: 300, maxBufferedBytes: 1_200 } });
  router.rpc(Flow, async (ctx) => {
    open.handlers++;
    try {
      let read = 0;
      const most = upTo(20);
      const end = upTo(3);
      if (often(0.8)) {
        for await (const { n } of ctx.incoming) {
          read++;
          if (often(0.2)) await turn();
          for (let i = upTo(2); i > 0; i--) await ctx.write({ n });
          if (end === 0 && read === most) throw new WsKitError("ABORTED", "enough");
          if (end === 1 && read === most) break;
        }
      } else for (let n = upTo(30); n > 0; n--) await ctx.write({ n });
      if (end === 2) await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
      return { read };
    } finally {
      open.handlers--;
    }
  });
  const server = createTestServer(router);
  const { hub } = server as unknown as { hub: Kept };
  const client = wsClient({
    url: "ws://localhost/",
    WebSocket: server.WebSocket,
    use: [streams()],
    maxPendingRequests: 1,
    reconnect: { initialDelayMs: 1, maxDelayMs: 1 },
  });
  async function* source() {
    open.sources++;
    try {
      const throws = often(0.5);
      for (let n = upTo(40); n > 0; n--) {
        if (often(0.2)) await turn();
        yield { n };
      }
      if (throws) throw new Error("the source is gone");
    } finally {
      open.sources--;
    }
  }
  await client.connect();
  const controller = new AbortController();
  let settled = 0;
  const call = client.stream(Flow, { seed }, { send: source(), signal: controller.signal, timeoutMs: 900 });
  const result = call.result.then(
    () => (settled++, "answered"),
    (error: Error & { code?: string }) => (settled++, `${error.name} ${error.code ?? ""}`),
  );
  const leaves = often(0.3) ? upTo(15) : Infinity;
  const reading = (async () => {
    let seen = 0;
    try {
      for await (const _ of call) {
        if (often(0.2)) await turn();
        if (++seen > leaves) break;
      }
    } catch {
      // As the result.
    }
  })();
  const disturbs = upTo(5);
  for (let turns = upTo(15); turns > 0; turns--) await turn();
  if (disturbs === 0) controller.abort();
  else if (disturbs === 1) void client.close();
  else if (disturbs === 2)
    for (const { ws } of hub.connections as never as { ws: { terminate(): void } }[]) ws.terminate();
  // Who waits for each other for ever is ended by time.
  open.call++;
  void result.then(() => open.call--);
  for (let i = 0; i < 60 && open.call > 0; i++) await turn();
  if (open.call > 0) await server.clock.advance(1_001);
  const how = await soon("the result", result);
  await soon("the iteration", reading);
  await soon(
    "the handler or the source",
    (async () => {
      while (open.handlers + open.sources > 0) await turn();
    })(),
  );
  await turn();
  expect(settled).toBe(1);
  expect(hub.streams).toBe(undefined);
  for (const { calls } of hub.connections) expect([calls?.size ?? 0, calls?.running ?? 0]).toEqual([0, 0]);
  expect(server.errors).toEqual([]);
  // Nothing is left at the client either, which may have one.
  await client.connect();
  const again = client.stream(Flow, { seed }, { send: [], timeoutMs: 900 });
  const ended = again.result.then(
    () => "",
    (error: Error) => error.message,
  );
  void (async () => {
    try {
      for await (const _ of again);
    } catch {
      // As the result.
    }
  })();
  for (let i = 0; i < 30; i++) await turn();
  await server.clock.advance(1_001);
  expect(await soon("the next one", ended)).not.toContain("are pending");
  await client.close();
  return how;
}

test(
  "however a stream ends on either side, it ends once, and nothing of it is left",
  { timeout: 120_000 },
  async () => {
    const ways = new Map<string, number>();
    const given = process.env["SEED"];
    for (let seed = 1; seed <= RUNS; seed++) {
      const used = given === undefined ? seed : Number(given);
      const how = await run(used).catch((error: unknown) => {
        throw new Error(`With SEED=${used}`, { cause: error });
      });
      ways.set(how, (ways.get(how) ?? 0) + 1);
      if (given !== undefined) break;
    }
    // Each way was gone, unless one seed alone was asked for.
    const all = ["ConnectionClosedError ", "Error ", "ServerError ABORTED", "StateError ", "TimeoutError ", "answered"];
    expect([...ways.keys()]).toEqual(expect.arrayContaining(given === undefined ? all : []));
  },
);
