import { createAdmit, Hub, type Admit } from "@ws-kit/core/adapter";
import { BASE_PROTOCOL, codecProtocol, jsonCodec, type Codec } from "@ws-kit/core/protocol";
import { type Logger, type OpenData, type Router, type UpgradeOptions } from "@ws-kit/core";
import { TestClient } from "./client.ts";
import { turn, VirtualClock } from "./clock.ts";

export interface TestServerOptions<Data = OpenData> extends UpgradeOptions<Data> {
  /** Default: a clock of its own. */
  clock?: VirtualClock;
}

/** How a fake client connects. */
export interface ConnectOptions<Data = OpenData> {
  /** Path and query of the upgrade request. Default `/`. */
  path?: string;
  headers?: Readonly<Record<string, string>>;
  /** Subprotocols on offer; that of the router's codec, where it is not JSON, is added unless another one of WS-Kit's is there. */
  protocols?: readonly string[];
  /** Leaves while `authenticate` still decides. */
  signal?: AbortSignal;
  /** Becomes `ctx.data` without asking `authenticate`; Origin is not checked either. */
  data?: Omit<Data, "clientId"> & { clientId?: string };
}

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
  private readonly clients = new Set<TestClient>();
  private waiting: (() => void)[] = [];

  constructor(router: Router<Data>, { clock = new VirtualClock(), ...options }: TestServerOptions<Data> = {}) {
    this.clock = clock;
    this.admit = createAdmit(options);
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
  }

  /**
   * Connects a fake client.
   * @throws RefusedError when Origin or `authenticate` refuse it; the signal's reason when it aborts before.
   */
  async connect(options: ConnectOptions<Data> = {}): Promise<TestClient> {
    const { path = "/", headers = {}, protocols = [], signal, data } = options;
    const offered = withCodec(protocols, this.codec);
    const req = new Request(`http://localhost${path}`, {
      headers: {
        host: "localhost",
        upgrade: "websocket",
        ...(offered.length > 0 && { "sec-websocket-protocol": offered.join(", ") }),
        ...headers,
      },
    });
    const admit = data === undefined ? this.admit : this.admitAll(data);
    const outcome = admit(this.hub, req, () => ({ remoteAddress: "127.0.0.1", request: req }));
    const admission = await unlessAborted(outcome, signal);
    if (admission instanceof Response) throw new RefusedError(admission);
    const client = new TestClient(
      {
        codec: this.codec,
        active: () => this.active(),
        progress: () => this.progress(),
        delivered: () => this.progressed(),
      },
      admission.data,
      admission.protocol,
    );
    this.clients.add(client);
    void client.closed.then(() => this.clients.delete(client));
    client.socket.attach(this.hub.adopt(client.socket, admission.data, admission.clientId));
    return client;
  }

  /** Resolves when no handler runs and no frame is on its way. */
  async settle(): Promise<void> {
    await turn();
    while (this.active()) await this.progress();
  }

  /** Ends every connection, and this listener: the router can be served again by another one. */
  async stop(): Promise<void> {
    for (const client of this.clients) client.vanish();
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
    for (const { socket } of this.clients) if (socket.delivering) return true;
    return this.hub.busy;
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

/** Serves a router in memory, for tests of its handlers. */
export function createTestServer<Data = OpenData>(
  router: Router<Data>,
  options: TestServerOptions<Data> = {},
): TestServer<Data> {
  return new TestServer(router, options);
}
