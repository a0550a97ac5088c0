import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  nat,
  oneof,
  property,
  record,
  toStringMethod,
  tuple,
} from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Ask, AskAgain, News, Note } from "../../test/definitions.ts";
import { FakeNetwork, FakePage, type ReceivedFrame } from "../../test/fake-network.ts";
import { installVirtualTime, settled, type VirtualTime } from "../../test/virtual-time.ts";
import { createRetries } from "../link/retries.ts";
import { wsClient } from "./full.ts";
import type { ClientOptions, ReconnectOptions } from "../api/options.ts";
import { type ConnectionState, TRANSITIONS } from "../api/states.ts";
import type { Client } from "../api/client.ts";

const MAX_ATTEMPTS = 4;
const RECONNECT = { maxAttempts: MAX_ATTEMPTS, initialDelayMs: 100, maxDelayMs: 1_000, stableAfterMs: 2_000 };
const QUEUE_SIZE = 5;
const CODES = [1000, 1001, 1006, 1008, 1011, 1012, 1013, 4401, 4403];

let time: VirtualTime;
let page: FakePage;
beforeEach(() => {
  time = installVirtualTime();
  page = new FakePage();
});
afterEach(() => {
  page.restore();
  time.restore();
});

/** A life of one client: what has been done to it, and what must be true of what it did. */
class Life {
  readonly network = new FakeNetwork();
  readonly client: Client;
  readonly states: ConnectionState[] = ["closed"];
  readonly settled: number[] = [];
  readonly accepted: number[] = [];
  readonly reported: number[] = [];
  readonly failures: string[] = [];
  readonly aborts: AbortController[] = [];
  readonly token: { pending: { resolve(): void; reject(): void }[]; mode: "now" | "later" | "fails" };
  #connects = 0;
  #connectsSettled = 0;
  #requests = 0;
  #messages = 0;
  #closed = false;
  /** Whether the device has been offline since it last said that it is not. */
  get #offline(): boolean {
    return !page.onLine;
  }
  /** The connection on which the handlers of `onOpen` began last. */
  #opening = 0;
  /** Under `autoConnect: true`, sending after `close()` opens the client again. */
  readonly #revives: boolean;

  readonly opening: { pending: (() => void)[]; mode: "now" | "later" } = { pending: [], mode: "now" };

  constructor(options: Partial<ClientOptions>) {
    this.#revives = options.autoConnect === true;
    const token: Life["token"] = { pending: [], mode: "now" };
    this.token = token;
    this.client = wsClient({
      url: "ws://test/",
      WebSocket: this.network.WebSocket,
      reconnect: RECONNECT,
      queueSize: QUEUE_SIZE,
      heartbeat: { intervalMs: 500, timeoutMs: 300 },
      connectTimeoutMs: 700,
      auth: {
        getToken() {
          if (token.mode === "now") return "t";
          if (token.mode === "fails") throw new Error("no token");
          return new Promise((resolve, reject) => {
            token.pending.push({ resolve: () => resolve("t"), reject: () => reject(new Error("no token")) });
          });
        },
      },
      ...options,
    });
    this.client.onState((state, info) => {
      const before = this.states.at(-1) as ConnectionState;
      this.#check(TRANSITIONS[before].includes(state), `${before} → ${state}`);
      this.#check(this.client.state === state, "client.state is not the state told");
      this.states.push(state);
      if (state === "reconnecting") {
        const { attempt = 0, delayMs = -1 } = info;
        this.#check(attempt <= MAX_ATTEMPTS || this.#offline, "more than maxAttempts");
        const most = 700 + Math.max(700, RECONNECT.initialDelayMs * 2 ** attempt);
        this.#check(delayMs >= 0 && delayMs <= most, `waits ${delayMs} ms of ${most}`);
      }
    });
    this.client.onOpen(({ resumed }) => {
      this.#check(!resumed, "resumed what never was");
      this.#check(this.states.at(-1) === "connecting", `opens while ${this.states.at(-1)}`);
      this.#opening = this.network.sockets.length;
      if (this.opening.mode === "now") return undefined;
      return new Promise<void>((resolve) => this.opening.pending.push(resolve));
    });
    this.client.onOpen(({ request }) => {
      this.#check(this.#opening === this.network.sockets.length, "goes on with the opening of a lost connection");
      request(AskAgain, { n: 0 }, { timeoutMs: 400 }).catch(() => {});
    });
    this.client.on(News, () => this.#check(!this.#closed, "a handler after close()"));
    this.client.onUnhandled(() => this.#check(!this.#closed, "a handler after close()"));
    this.client.onError((_, { type, payload }) => {
      if (type === "lost" || type === "overflow") this.reported.push((payload as { n: number }).n);
    });
  }

  connect(): void {
    this.#closed = false;
    this.#connects++;
    const settle = (): void => void this.#connectsSettled++;
    this.client.connect().then(settle, settle);
  }

  close(): void {
    this.#closed = true;
    void this.client.close();
  }

  send(): void {
    const n = this.#messages++;
    if (this.#revives) this.#closed = false;
    const before = this.reported.length;
    if (this.client.send(Note, { n })) this.accepted.push(n);
    // What is refused may be reported too, at once.
    else this.reported.splice(before);
  }

  request(idempotent: boolean, timeoutMs: number, signal: boolean): void {
    const index = this.#requests++;
    if (this.#revives) this.#closed = false;
    const controller = new AbortController();
    if (signal) this.aborts.push(controller);
    const settle = () => void this.settled.push(index);
    this.client
      .request(idempotent ? AskAgain : Ask, { n: index }, { timeoutMs, signal: controller.signal })
      .then(settle, settle);
  }

  /** The server answers, reports on or refuses a request that it has read. */
  answer(which: number, how: number): void {
    const asked = this.network.received.filter(({ type }) => type.startsWith("ASK"));
    const frame = asked[which % asked.length];
    if (!frame || this.network.sockets.length === 0) return;
    const meta = { correlationId: frame.meta?.correlationId };
    const answers: ReceivedFrame[] = [
      { type: "ANSWER", meta, payload: { n: 1 } },
      { type: "ANSWER", meta, payload: { n: -1 } },
      { type: "OTHER", meta },
      { type: "$ws:progress", meta, payload: { n: 2 } },
      { type: "ERROR", meta, payload: { code: "INTERNAL", message: "", retryable: false } },
      { type: "ERROR", meta, payload: { code: "DEADLINE_EXCEEDED", message: "", retryable: true } },
      { type: "ERROR", meta },
    ] as ReceivedFrame[];
    this.network.socket.deliver(answers[how % answers.length]);
  }

  async end(patiently: boolean): Promise<string[]> {
    // Left alone, every request settles by its own deadline.
    if (patiently) {
      await time.advance(11_000);
      this.#check(this.settled.length === this.#requests, "a request hangs");
    }
    this.close();
    await time.advance(5_000);
    this.#check(this.client.state === "closed", "not closed in the end");
    this.#check(time.pending() === 0, "a timer survives");
    this.#check(page.listeners.size === 0, "a listener survives");
    this.#check(this.#connectsSettled === this.#connects, "a connect() hangs");
    const settledOnce = this.settled.length === this.#requests && new Set(this.settled).size === this.#requests;
    this.#check(settledOnce, "a request settled not once");
    const arrived = this.network.received
      .filter(({ type }) => type === "NOTE")
      .map(({ payload }) => (payload as { n: number }).n);
    this.#check(
      String(arrived) === String([...new Set(arrived)].toSorted((a, b) => a - b)),
      `arrived ${arrived.join()}`,
    );
    this.#check(new Set(this.reported).size === this.reported.length, "reported twice");
    for (const n of this.accepted) {
      this.#check(arrived.includes(n) || this.reported.includes(n), `message ${n} neither arrived nor was reported`);
    }
    return this.failures;
  }

  #check(holds: boolean, what: string): void {
    if (!holds) this.failures.push(what);
  }
}

type Step = (life: Life) => void | Promise<void>;
const step = (name: string, run: Step): Arbitrary<Step> =>
  constant(Object.assign(run, { [toStringMethod]: () => name }));
const named = <T>(
  name: string,
  values: Arbitrary<T>,
  run: (life: Life, value: T) => void | Promise<void>,
): Arbitrary<Step> =>
  values.map((value) =>
    Object.assign((life: Life) => run(life, value), { [toStringMethod]: () => `${name}(${JSON.stringify(value)})` }),
  );

const steps: Arbitrary<Step> = oneof(
  { weight: 2, arbitrary: step("connect", (life) => life.connect()) },
  { weight: 1, arbitrary: step("close", (life) => life.close()) },
  { weight: 4, arbitrary: step("send", (life) => life.send()) },
  {
    weight: 4,
    arbitrary: named(
      "request",
      tuple(boolean(), constantFrom(50, 1_000, 10_000), boolean()),
      (life, [again, ms, signal]) => life.request(again, ms, signal),
    ),
  },
  { weight: 2, arbitrary: named("abort", nat(5), (life, at) => life.aborts[at]?.abort()) },
  { weight: 6, arbitrary: step("accept", (life) => life.network.sockets.at(-1)?.accept()) },
  { weight: 5, arbitrary: step("read", (life) => life.network.sockets.at(-1)?.read()) },
  {
    weight: 3,
    arbitrary: named("answer", tuple(nat(5), nat(6)), (life, [which, how]) => life.answer(which, how)),
  },
  {
    weight: 2,
    arbitrary: named("end", constantFrom(...CODES), (life, code) => {
      const socket = life.network.sockets.at(-1);
      // That a server hangs up with the very code with which it is being closed cannot be told from its confirmation.
      if (socket?.closed === code) socket.read();
      else socket?.end(code);
    }),
  },
  {
    weight: 2,
    arbitrary: named(
      "deliver",
      constantFrom('{"type":"NEWS","payload":{"n":1}}', '{"type":"NEWS"}', '{"type":"X"}', "{", "[]"),
      (life, text) => life.network.sockets.at(-1)?.deliver(text),
    ),
  },
  {
    weight: 1,
    arbitrary: step("goaway", (life) =>
      life.network.sockets.at(-1)?.deliver('{"type":"$ws:goaway","payload":{"reconnectAfterMs":700}}'),
    ),
  },
  { weight: 6, arbitrary: named("advance", constantFrom(1, 60, 400, 2_500), (_, ms) => time.advance(ms)) },
  { weight: 1, arbitrary: named("freeze", constantFrom(400, 5_000), (_, ms) => time.freeze(ms)) },
  {
    weight: 2,
    arbitrary: named("onLine", boolean(), (_, onLine) => {
      page.onLine = onLine;
      page.fire(onLine ? "online" : "offline");
    }),
  },
  {
    weight: 2,
    arbitrary: named("visible", boolean(), (_, visible) => {
      page.hidden = !visible;
      page.fire("visibilitychange");
    }),
  },
  {
    weight: 2,
    arbitrary: named("token", constantFrom("now", "later", "fails"), (life, mode) => {
      life.token.mode = mode;
    }),
  },
  {
    weight: 2,
    arbitrary: named("opening", constantFrom("now", "later"), (life, mode) => {
      life.opening.mode = mode;
    }),
  },
  { weight: 2, arbitrary: step("opened", (life) => life.opening.pending.shift()?.()) },
  {
    weight: 2,
    arbitrary: named("tokenComes", boolean(), (life, good) =>
      life.token.pending.shift()?.[good ? "resolve" : "reject"](),
    ),
  },
);

const configurations = record({
  autoConnect: constantFrom(true, false, undefined),
  queue: constantFrom("drop-newest" as const, "drop-oldest" as const, "off" as const),
  maxPendingRequests: constantFrom(2, 64),
});

test("whatever happens in whatever order, the client keeps its promises", { timeout: 120_000 }, async () => {
  await assert(
    asyncProperty(
      configurations,
      array(steps, { maxLength: 60, size: "max" }),
      boolean(),
      async (options, lived, patiently) => {
        page.onLine = true;
        page.hidden = false;
        const life = new Life(options);
        for (const run of lived) {
          await run(life);
          await settled();
        }
        expect(await life.end(patiently)).toEqual([]);
      },
    ),
    { numRuns: 3_000 },
  );
});

function backoff(attempt: number, holdOffMs: number, options: ReconnectOptions): number {
  const retries = createRetries(options, () => {});
  retries._attempts = attempt;
  return retries._delayMs(holdOffMs);
}

test("every delay lies within its bound, and under full jitter anywhere in it", () => {
  assert(
    property(nat(40), nat(5_000), nat(1_000), nat(60_000), (attempt, holdOff, initialDelayMs, maxDelayMs) => {
      const bound = Math.min(maxDelayMs, initialDelayMs * 2 ** attempt);
      const delay = backoff(attempt, holdOff, { initialDelayMs, maxDelayMs });
      expect(delay).toBeGreaterThanOrEqual(holdOff);
      expect(delay).toBeLessThanOrEqual(holdOff + bound);
      expect(backoff(attempt, holdOff, { initialDelayMs, maxDelayMs, jitter: "none" })).toBe(holdOff + bound);
    }),
  );
  const delays = Array.from({ length: 1_000 }, () => backoff(0, 0, { initialDelayMs: 100 }));
  expect(Math.min(...delays)).toBeLessThan(10);
  expect(Math.max(...delays)).toBeGreaterThan(90);
});
