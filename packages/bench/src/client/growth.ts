// How the client's costs grow: `pnpm --filter @ws-kit/bench bench:client`. Each line doubles one dimension.
import { wsClient, type Client, type SocketLike } from "@ws-kit/client";
import { message, rpc } from "@ws-kit/core/protocol";

/** A socket that takes everything and answers nothing. */
class QuietSocket implements SocketLike {
  static last: QuietSocket | undefined;
  readonly readyState = 1;
  private readonly listeners = new Map<string, (event: unknown) => void>();

  constructor() {
    QuietSocket.last = this;
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.listeners.set(type, listener as (event: unknown) => void);
  }

  send(): void {}

  close(): void {}

  fire(type: string, event: object = {}): void {
    this.listeners.get(type)?.(event);
  }
}

const Note = message("NOTE");
const Ask = rpc("ASK", undefined, "ANSWER");

function newClient(): Client {
  return wsClient({
    url: "ws://bench/",
    WebSocket: QuietSocket,
    queueSize: Infinity,
    queueBytes: Infinity,
    maxPendingRequests: Infinity,
    autoConnect: false,
  });
}

async function openClient(): Promise<Client> {
  const client = newClient();
  void client.connect();
  await new Promise((resolve) => setTimeout(resolve, 5));
  QuietSocket.last?.fire("open");
  await new Promise((resolve) => setTimeout(resolve, 5));
  return client;
}

/** Microseconds that one of `count` calls takes. */
function perCall(count: number, call: (i: number) => void): number {
  const begun = performance.now();
  for (let i = 0; i < count; i++) call(i);
  return ((performance.now() - begun) * 1_000) / count;
}

/** Cases by name: what one call costs with so many of what the name says. */
const CASES: Record<string, (n: number) => Promise<number>> = {
  "a send, n queued before it": async (n) => {
    const client = newClient();
    for (let i = 0; i < n; i++) client.send(Note);
    return perCall(1_000, () => client.send(Note));
  },
  "a message to one of n types": async (n) => {
    const client = await openClient();
    for (let i = 0; i < n; i++) client.on(message(`T${i}`), () => {});
    const data = JSON.stringify({ type: "T0" });
    return perCall(1_000, () => QuietSocket.last?.fire("message", { data }));
  },
  "one of n handlers of a message": async (n) => {
    const client = await openClient();
    for (let i = 0; i < n; i++) client.on(Note, () => {});
    const data = JSON.stringify({ type: "NOTE" });
    return perCall(100, () => QuietSocket.last?.fire("message", { data })) / n;
  },
  "a request, n pending": async (n) => {
    const client = await openClient();
    const ask = (): void => void client.request(Ask).catch(() => {});
    for (let i = 0; i < n; i++) ask();
    const cost = perCall(1_000, ask);
    await client.close();
    return cost;
  },
};

const SIZES = [625, 1_250, 2_500, 5_000, 10_000];
const ROUNDS = 5;

process.stdout.write(`${["µs, best of 5", ...SIZES].join("\t")}\n`);
for (const [name, run] of Object.entries(CASES)) {
  await run(SIZES[0] as number); // compiled before it is measured
  const row: string[] = [];
  for (const size of SIZES) {
    let best = Infinity;
    for (let round = 0; round < ROUNDS; round++) best = Math.min(best, await run(size));
    row.push(best.toFixed(2));
  }
  process.stdout.write(`${[name, ...row].join("\t")}\n`);
}
// Clients that were left open would keep the process alive.
process.exit(0);
