import { afterEach, beforeEach, expect, test } from "vitest";
import { createRouter } from "@ws-kit/zod";
import { wsClient } from "../src/index.ts";
import { seeded } from "./chaos/proxy.ts";
import { Double, Join, Said, Say, Tick } from "./resume/messages.ts";
import { VirtualNetwork } from "./resume/virtual-network.ts";
import { installVirtualTime, settled, type VirtualTime } from "./virtual-time.ts";

const RUNS = Number(process.env["RUNS"] ?? 500);
const FIRST = Number(process.env["SEED"] ?? 1);
const WINDOW_MS = 30_000;

let time: VirtualTime;
beforeEach(() => {
  time = installVirtualTime();
});
afterEach(() => time.restore());

/** What happened to one connection, as its two ends saw it. */
interface Ends {
  /** Numbers of what the server sent on each of its connections, in order, and how it ended. */
  readonly sent: Map<string, { readonly numbers: number[]; closed: boolean }>;
  readonly received: number[];
}

/** Lets everything that is on its way arrive. */
async function pump({ wires }: VirtualNetwork): Promise<void> {
  for (const wire of wires) {
    for (let i = 0; i < 500 && !wire.isQuiet; i++) {
      wire.serverReads();
      wire.clientReads();
      if (i % 10 === 0) await settled();
    }
  }
}

/** Lives through random cuts, and says what is wrong with what arrived. */
async function live(seed: number): Promise<string[]> {
  // Neighbours begin alike.
  const random = seeded(Math.imul(seed, 2_654_435_761));
  const below = (limit: number): number => Math.floor(random() * limit);
  /** Some come back too late, or never confirm what they would have to. */
  const isPatient = below(4) > 0;
  const router = createRouter({
    resume: { windowMs: WINDOW_MS, maxKeptBytes: isPatient ? 1e6 : 600 },
    logger: { debug() {}, warn() {}, error() {} },
  });
  const ends: Ends = { sent: new Map(), received: [] };
  const arrived: number[] = [];
  let ran = 0;
  let closes = 0;
  router.onOpen(({ clientId }) => void ends.sent.set(clientId, { numbers: [], closed: false }));
  router.onClose(({ clientId }) => {
    closes++;
    (ends.sent.get(clientId) as { closed: boolean }).closed = true;
  });
  router.on(Join, (ctx) => ctx.topics.subscribe(ctx.payload.room));
  router.on(Say, (ctx) => void arrived.push(ctx.payload.n));
  router.rpc(Double, async (ctx) => {
    ran++;
    ctx.progress({ half: true });
    await new Promise((resolve) => setTimeout(resolve, ctx.payload.ms));
    return { n: ctx.payload.n * 2 };
  });
  const network = new VirtualNetwork(router);
  const reported: number[] = [];
  const openings: boolean[] = [];
  const client = wsClient({
    url: "ws://test/",
    WebSocket: network.WebSocket,
    heartbeat: { intervalMs: 3_000, timeoutMs: 2_000 },
    connectTimeoutMs: 4_000,
    reconnect: { maxDelayMs: 1_000, jitter: "none" },
  });
  client.onOpen(({ resumed, send }) => {
    openings.push(resumed);
    if (!resumed) send(Join, { room: "room" });
  });
  client.on(Tick, ({ payload }) => ends.received.push(payload.n));
  client.on(Said, ({ payload }) => ends.received.push(payload.n));
  client.onError((_, { type, message, payload }) => {
    if (type === "lost" && message === "SAY") reported.push((payload as { n: number }).n);
  });

  const accepted: number[] = [];
  const asked: Promise<string>[] = [];
  let progress = 0;
  let last = 0;

  const tell = (): void => {
    const handle = [...router.connections].at(-1);
    const n = ++last;
    if (handle?.send(Tick, { n }) === true) ends.sent.get(handle.clientId)?.numbers.push(n);
  };
  const publish = (): void => {
    const [handle, other] = router.connections;
    const n = ++last;
    // What two connections of the client were sent could not be told apart.
    if (other !== undefined || handle?.topics.includes("room") !== true) return;
    ends.sent.get(handle.clientId)?.numbers.push(n);
    void router.publish("room", Said, { n });
  };
  const deeds: (() => unknown)[] = [
    () => client.send(Say, { room: "", n: ++last }) && accepted.push(last),
    () => {
      const n = ++last;
      const onProgress = (): number => progress++;
      const answer = client.request(Double, { n, ms: below(200) }, { onProgress, timeoutMs: 1e6 });
      asked.push(
        answer.then(
          ({ payload }) => (payload.n === n * 2 ? "answered" : "wrong"),
          (error: Error) => error.name,
        ),
      );
    },
    tell,
    publish,
    () => network.wire?.serverAccepts(),
    ...Array.from({ length: 3 }, () => () => network.wire?.serverReads()),
    ...Array.from({ length: 3 }, () => () => network.wire?.clientReads()),
    () => below(6) === 0 && network.wire && (network.wire.isCut = true),
    () => network.wires.at(-1 - below(2))?.clientNotices(),
    () => network.wires.at(-1 - below(3))?.serverNotices(),
    () => {
      const { wire } = network;
      // A patient client is not left in the dark for long.
      if (isPatient && wire?.readyState === 1 && !wire.isCut) wire.clientReads();
      else if (isPatient && below(2) === 0) wire?.clientNotices();
      return time.advance(below(300));
    },
    () => !isPatient && below(20) === 0 && time.advance(below(2 * WINDOW_MS)),
  ];
  // A connection whose end comes before its client has heard by what it can be resumed ends then.
  if (isPatient) {
    void client.connect();
    await settled();
    network.wire?.serverAccepts();
    await pump(network);
  }
  for (let step = 0; step < 250; step++) {
    await deeds[below(deeds.length)]?.();
    if (below(3) === 0) await settled();
  }
  // Now the network is a good one, and everything that can still happen does; who waits for nobody closes.
  for (let round = 0; round < 80; round++) {
    for (const wire of network.wires) {
      wire.serverAccepts();
      wire.clientNotices();
      wire.serverNotices();
    }
    await pump(network);
    await time.advance(500);
  }
  const outcomes = await Promise.all(asked);
  const closedBefore = closes;
  await network.hub.dispose();
  void client.close();

  const wrong: string[] = [];
  const check = (holds: boolean, what: string): void => void (holds || wrong.push(`${what} (SEED=${seed})`));
  const isWhole = openings.slice(1).every(Boolean);
  check(new Set(arrived).size === arrived.length, `twice at the server: ${arrived.join()}`);
  // What was given up, and arrives by an old line all the same, comes when it comes.
  const certain = arrived.filter((n) => !reported.includes(n));
  check(
    certain.every((n, i) => i === 0 || n > (certain[i - 1] as number)),
    `out of order at the server: ${arrived.join()}`,
  );
  const known = new Set([...arrived, ...reported]);
  check(
    accepted.every((n) => known.has(n)),
    `neither arrived nor reported: ${accepted.filter((n) => !known.has(n)).join()}`,
  );
  // Of each connection: from its beginning, with nothing left out, and to its end unless it was closed.
  let at = 0;
  for (const { numbers, closed } of ends.sent.values()) {
    let count = 0;
    while (count < numbers.length && numbers[count] === ends.received[at]) {
      count++;
      at++;
    }
    check(closed || count === numbers.length, `missing: ${numbers.slice(count).join()}`);
  }
  check(at === ends.received.length, `twice, or out of order: ${ends.received.slice(at).join()}`);
  check(!outcomes.includes("wrong"), "a wrong answer");
  if (isPatient) {
    check(isWhole, `not resumed: ${openings.join()}`);
    check(closedBefore === 0, `closed ${closedBefore} times`);
    check(reported.length === 0, `reported: ${reported.join()}`);
    check(
      outcomes.every((outcome) => outcome === "answered"),
      `requests: ${outcomes.join()}`,
    );
    check(ran === asked.length && progress === asked.length, `${asked.length} asked, ${ran} ran, ${progress} told`);
  }
  return wrong;
}

test(
  `through ${RUNS} bad networks nothing is lost, nothing comes twice, and everything in order`,
  async () => {
    const wrong: string[] = [];
    for (let seed = FIRST; seed < FIRST + RUNS && wrong.length === 0; seed++) wrong.push(...(await live(seed)));
    expect(wrong).toEqual([]);
  },
  60_000 + RUNS * 500,
);
