import {
  checkOptions,
  createAdmit,
  Hub,
  UPGRADE_OPTIONS,
  withAuthenticate,
  type Admission,
  type Admit,
  type Kinds,
} from "@ws-kit/core/adapter";
import { BASE_PROTOCOL, codecProtocol, jsonCodec, type Codec } from "@ws-kit/core/protocol";
import { type Logger, type OpenData, type Router, type UpgradeOptions } from "@ws-kit/core";
import { TestClient } from "./client.ts";
import { turn, VirtualClock } from "./clock.ts";
import { completeGlobals } from "./platform.ts";
import { MemorySocket, type Receiver } from "./socket.ts";
import { MemoryWebSocket, type Host } from "./web-socket.ts";

export interface TestServerOptions<Data = OpenData> extends UpgradeOptions<Data> {
  /** Default: a clock of its own. */
  clock?: VirtualClock | undefined;
}

/** How a fake client connects. */
export interface ConnectOptions<Data = OpenData> {
  /** Path and query of the upgrade request. Default `/`. */
  path?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Subprotocols on offer; that of the router's codec, where it is not JSON, is added unless another one of WS-Kit's is there. */
  protocols?: readonly string[] | undefined;
  /** Leaves while `authenticate` still decides. */
  signal?: AbortSignal | undefined;
  /** Becomes `ctx.data` without asking `authenticate`; Origin is not checked either. */
  data?: (Omit<Data, "clientId"> & { clientId?: string }) | undefined;
}

const OPTIONS: Kinds<TestServerOptions<never>> = { ...UPGRADE_OPTIONS, clock: "object" };
const CONNECT_OPTIONS: Kinds<ConnectOptions<never>> = {
  path: "string",
  headers: "object",
  protocols: "array",
  signal: "object",
  data: "object",
};

/** The class of a page's sockets: the part of the browser's that a client uses, and what others do. */
export type TestWebSocketClass = new (url: string | URL, protocols?: string | readonly string[]) => MemoryWebSocket;

/** An upgrade that was refused. */
export class RefusedError extends Error {
  override readonly name: string = "RefusedError";
  readonly response: Response;
  readonly status: number;

  constructor(response: Response) {
    super(`The upgrade was refused with ${response.status}`);
    this.response = response;
    this.status = response.status;
  }
}

/** One line that would have been logged. */
export interface LogLine {
  readonly level: "debug" | "warn" | "error";
  readonly message: string;
  readonly details: readonly unknown[];
}

/** Serves a router in memory: real frames, real handlers, no network and no time but the test's own. */
export class TestServer<Data = OpenData> {
  readonly clock: VirtualClock;
  /** Every failure that `onError` or the log was told of, in order. */
  readonly errors: Error[] = [];
  /** What would have been logged. */
  readonly logs: LogLine[] = [];
  private readonly hub: Hub;
  private readonly admit: Admit;
  private readonly protocols: readonly string[];
  /**
   * A class to take the place of `WebSocket` in code that makes clients of its own: a page, a store, a hook. Its sockets
   * connect to this server, whatever host their URL names, by way of `authenticate`; they send no Origin.
   *
   * @example
   * vi.stubGlobal("WebSocket", createTestServer(router).WebSocket); // in jest: globalThis.WebSocket = …
   * const client = wsClient({ url: "ws://localhost/ws" });
   */
  readonly WebSocket: TestWebSocketClass;
  private readonly sockets = new Set<MemorySocket>();
  /** Upgrades of pages that are being decided on. */
  private asking = 0;
  private waiting: (() => void)[] = [];

  constructor(router: Router<Data>, given: TestServerOptions<Data> = {}) {
    completeGlobals();
    checkOptions("createTestServer()", given, OPTIONS);
    const { clock = new VirtualClock(), ...options } = given;
    this.clock = clock;
    this.admit = createAdmit(withAuthenticate(router, options));
    this.protocols = options.protocols ?? [];
    const log =
      (level: LogLine["level"]) =>
      (message: string, ...details: unknown[]) =>
        void this.logs.push({ level, message, details });
    const logger: Logger = { debug: log("debug"), warn: log("warn"), error: log("error") };
    this.hub = new Hub(router, {
      clock,
      logger,
      failed: (error) => void this.errors.push(error),
      settled: () => queueMicrotask(() => this.progressed()),
    });
    const host: Host = { connect: (...args) => this.connectPage(...args) };
    this.WebSocket = class WebSocket extends MemoryWebSocket {
      constructor(url: string | URL, protocols?: string | readonly string[]) {
        super(host, url, protocols);
      }
    };
  }

  /**
   * Connects a fake client.
   * @throws RefusedError when Origin or `authenticate` refuse it; the signal's reason when it aborts before.
   */
  async connect(options: ConnectOptions<Data> = {}): Promise<TestClient> {
    checkOptions("connect()", options, CONNECT_OPTIONS);
    const { path = "/", headers = {}, protocols = [], signal, data } = options;
    const admit = data === undefined ? this.admit : this.admitAll(data);
    const admission = await this.ask(
      admit,
      new URL(path, "http://localhost"),
      withCodec(protocols, this.codec),
      headers,
      signal,
    );
    const client = new TestClient(
      {
        codec: this.codec,
        active: () => this.active(),
        progress: () => this.progress(),
        delivered: () => this.progressed(),
        errors: this.errors,
      },
      admission.data,
      admission.protocol,
    );
    this.take(client.socket, admission);
    return client;
  }

  private async connectPage(url: URL, protocols: readonly string[], hears: Pick<Receiver, "frame" | "closed">) {
    const target = new URL(url.href.replace(/^ws/, "http"));
    this.asking++;
    const admission = await this.ask(this.admit, target, protocols, {}).finally(() => {
      this.asking--;
      queueMicrotask(() => this.progressed());
    });
    const socket = new MemorySocket(admission.data, {
      frame: hears.frame,
      closed: (closed) => {
        hears.closed(closed);
        this.progressed();
      },
      delivered: () => this.progressed(),
    });
    this.take(socket, admission);
    return { socket, protocol: admission.protocol ?? "" };
  }

  /** @throws RefusedError. */
  private async ask(
    admit: Admit,
    url: URL,
    offered: readonly string[],
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Admission> {
    const req = new Request(url.href, {
      headers: {
        host: url.host,
        upgrade: "websocket",
        ...(offered.length > 0 && { "sec-websocket-protocol": offered.join(", ") }),
        ...headers,
      },
    });
    const outcome = admit(this.hub, req, () => ({ remoteAddress: "127.0.0.1", request: req }));
    const admission = await unlessAborted(outcome, signal);
    if (admission instanceof Response) throw new RefusedError(admission);
    return admission;
  }

  private take(socket: MemorySocket, { data, clientId }: Admission): void {
    this.sockets.add(socket);
    void socket.ended.then(() => this.sockets.delete(socket));
    socket.attach(this.hub.adopt(socket, data, clientId));
  }

  /** Resolves when no handler runs and no frame is on its way. */
  async settle(): Promise<void> {
    await turn();
    while (this.active()) await this.progress();
  }

  /** Ends every connection, and this listener: the router can be served again by another one. */
  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.vanish();
    await turn();
    await this.hub.dispose();
  }

  private get codec(): Codec {
    return this.hub.codec ?? jsonCodec;
  }

  private admitAll(data: Record<string, unknown>): Admit {
    const authenticate = () => ({ ...data });
    return createAdmit({ protocols: this.protocols, allowedOrigins: "*", authenticate });
  }

  private active(): boolean {
    for (const socket of this.sockets) if (socket.delivering) return true;
    return this.asking > 0 || this.hub.busy;
  }

  private progress(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private progressed(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

function withCodec(protocols: readonly string[], { name = "json" }: Codec): readonly string[] {
  if (name === "json" || protocols.some((protocol) => protocol.startsWith(BASE_PROTOCOL))) return protocols;
  return [...protocols, codecProtocol(name)];
}

async function unlessAborted<T>(outcome: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return outcome;
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
  return Promise.race([outcome, aborted]);
}

/**
 * Serves a router in memory, for tests of its handlers.
 *
 * @example
 * const ada = await createTestServer(router).connect({ data: { user: "ada" } });
 * ada.send(Say, { text: "Hello" });
 * expect((await ada.expect(Said)).payload.text).toBe("Hello");
 */
export function createTestServer<Data = OpenData>(
  router: Router<Data>,
  options: TestServerOptions<Data> = {},
): TestServer<Data> {
  return new TestServer(router, options);
}
