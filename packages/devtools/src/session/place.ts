import { type Codec, codecProtocol, jsonCodec, PING_FRAME, PONG_FRAME } from "@ws-kit/core/protocol";

/** A frame, as far as a replay looks into it. */
export interface AnyFrame {
  readonly type?: unknown;
  readonly meta?: { readonly correlationId?: unknown } | undefined;
}

/** One connection of a replay. */
export interface Line {
  /** What has arrived and was not looked at. */
  readonly arrived: AnyFrame[];
  readonly closed: { readonly code: number; readonly reason: string } | undefined;
  send(frame: unknown): void;
  /** Waits until the server has begun with what was sent, so that nobody else's frame comes before it; milliseconds at the most. */
  reached(ms: number): Promise<void>;
  close(code: number, reason: string): void;
}

/** What a connection was when it was recorded. */
export interface RecordedConnection {
  /** From 1, in the order in which they opened. */
  readonly number: number;
  /** `ctx.data` when it opened, redacted. */
  readonly data: unknown;
}

/** Where a session is replayed. */
export interface Place {
  /** @throws Error where it is refused. */
  open(recorded: RecordedConnection): Promise<Line>;
  /** Waits until something is so, as long as something may still come of what was sent, and milliseconds at the most. */
  wait(until: () => boolean, ms: number): Promise<void>;
  /** Lets time pass that passed between two events. */
  pass(ms: number): Promise<void>;
  /** Waits until everything has come that a server sends at once. */
  rest(lines: Iterable<Line>): Promise<void>;
}

type Socket = Pick<WebSocket, "send" | "close" | "addEventListener" | "binaryType" | "readyState">;
export type SocketClass = new (url: string, protocols?: string | string[]) => Socket;

/** Milliseconds without a frame after which nothing is expected any more. */
const QUIET_MS = 50;
const CONNECT_MS = 10_000;
const SLACK_MS = 20;
/** Milliseconds after which a handler that still runs is taken for one that waits for its client. */
const STUCK_MS = 250;

/** @throws TypeError where the runtime has none, as Node 20. */
function ownClass(): SocketClass {
  const { WebSocket: own } = globalThis as { WebSocket?: SocketClass };
  if (own === undefined) {
    throw new TypeError(
      "This runtime has no WebSocket, as Node has it from 22 on: give replay() one, that of ws for one",
    );
  }
  return own;
}

/** A server at a URL. */
export function socketPlace(
  urlOf: (recorded: RecordedConnection) => string,
  codec: Codec = jsonCodec,
  Class: SocketClass = ownClass(),
): Place {
  const listeners = new Set<() => void>();
  const progressed = (): void => {
    for (const listener of listeners) listener();
  };
  const wait: Place["wait"] = (until, ms) =>
    new Promise((resolve) => {
      if (until()) return resolve();
      const over = (): void => {
        clearTimeout(timer);
        listeners.delete(look);
        resolve();
      };
      const look = (): void => {
        if (until()) over();
      };
      const timer = setTimeout(over, ms);
      listeners.add(look);
    });
  return {
    wait,
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    async open(recorded) {
      const name = codec.name ?? "json";
      // Without a subprotocol nothing of it is resumed, for which a client would have to count.
      const socket = new Class(urlOf(recorded), name === "json" ? [] : [codecProtocol(name)]);
      socket.binaryType = "arraybuffer";
      let pongs = 0;
      const line = {
        arrived: [] as AnyFrame[],
        closed: undefined as Line["closed"],
        send: (frame: unknown) => {
          const packet = codec.encode(frame as { type: string });
          socket.send(typeof packet === "string" ? packet : new Uint8Array(packet));
        },
        async reached(ms: number) {
          const before = pongs;
          if (line.closed === undefined) socket.send(PING_FRAME);
          await wait(() => pongs > before || line.closed !== undefined, ms);
        },
        close: (code: number, reason: string) => socket.close(code === 1000 || code >= 3_000 ? code : 1000, reason),
      };
      let opened = false;
      socket.addEventListener("open", () => {
        opened = true;
        progressed();
      });
      socket.addEventListener("message", ({ data }) => {
        // These two are text under every codec.
        if (data === PING_FRAME) return socket.send(PONG_FRAME);
        if (data === PONG_FRAME) pongs++;
        else line.arrived.push(frameOf(data as string | ArrayBuffer, codec));
        progressed();
      });
      socket.addEventListener("close", ({ code, reason }) => {
        line.closed = { code, reason };
        progressed();
      });
      await wait(() => opened || line.closed !== undefined, CONNECT_MS);
      if (!opened) throw new Error(`It could not connect to ${urlOf(recorded)}`);
      return line;
    },
    async rest(lines) {
      const open = [...lines].filter(({ closed }) => closed === undefined);
      let count = -1;
      const all = (): number => open.reduce((sum, { arrived }) => sum + arrived.length, 0);
      while (count !== all()) {
        count = all();
        await wait(() => all() !== count, QUIET_MS);
      }
    },
  };
}

/** The protocol's own texts are JSON whatever the codec is. */
function frameOf(data: string | ArrayBuffer, codec: Codec): AnyFrame {
  if (typeof data !== "string") return codec.decode(new Uint8Array(data)) as AnyFrame;
  return (data.startsWith('{"type":"$ws:') ? JSON.parse(data) : codec.decode(data)) as AnyFrame;
}

/** What a replay needs of `createTestServer` of `@ws-kit/testing`. */
export interface ReplayServer {
  readonly clock: { advance(ms: number): Promise<unknown> };
  connect(options?: object): Promise<{
    readonly received: readonly AnyFrame[];
    readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
    sendRaw(frame: object): void;
    close(code?: number, reason?: string): void;
  }>;
  settle(): Promise<void>;
}

/** A server in memory, whose clock moves as it did when the session was recorded. */
export function memoryPlace(
  server: ReplayServer,
  optionsOf: (recorded: RecordedConnection) => object | undefined,
): Place {
  /** Until nothing runs; a handler may wait for what comes only later in the session, so no longer than it takes. */
  const calm = async (until: () => boolean, ms: number): Promise<void> => {
    const quiet = { settled: false };
    void server.settle().then(() => (quiet.settled = true));
    const end = performance.now() + ms;
    while (!quiet.settled && !until() && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return {
    async open(recorded) {
      const client = await server.connect(optionsOf(recorded) ?? {});
      let taken = 0;
      const arrived: AnyFrame[] = [];
      let closed: Line["closed"];
      void client.closed.then((end) => (closed = end));
      return {
        get arrived() {
          while (taken < client.received.length) arrived.push(client.received[taken++] as AnyFrame);
          return arrived;
        },
        get closed() {
          return closed;
        },
        send: (frame) => client.sendRaw(frame as object),
        // Time that passes between two events lets it come.
        reached: () => Promise.resolve(),
        close: (code, reason) => client.close(code, reason),
      };
    },
    async wait(until, ms) {
      await calm(until, ms);
      if (until()) return;
      // A timer of this clock may be due a moment later than it was then.
      await server.clock.advance(SLACK_MS);
      await calm(until, ms);
    },
    pass: async (ms) => void (await server.clock.advance(ms)),
    rest: () => calm(() => false, STUCK_MS),
  };
}
