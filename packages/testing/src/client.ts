import {
  ERROR_TYPE,
  PING_FRAME,
  PONG_FRAME,
  PROGRESS_TYPE,
  type Codec,
  type ErrorPayload,
  type Packet,
} from "@ws-kit/core/protocol";
import { toIssues } from "@ws-kit/core/schema";
import {
  ValidationError,
  WsKitError,
  type AnyMessage,
  type AnyRpc,
  type InferMeta,
  type InferPayload,
  type InferInput,
  type InferProgress,
  type InferResponse,
  type Message,
  type SendArgs,
} from "@ws-kit/core";
import { MemorySocket, type Closed } from "./socket.ts";

/** A frame as it came off the wire. */
export interface Frame {
  readonly type: string;
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly payload?: unknown;
}

/** A message as `expect` gives it: validated. */
export interface Received<M extends AnyMessage> {
  readonly type: M["type"];
  readonly payload: InferPayload<M>;
  readonly meta: InferMeta<M>;
}

export interface TestRequestOptions<Progress = unknown> {
  /** Milliseconds that the server is given. Default: the server's own. */
  timeoutMs?: number;
  /** Cancels the request. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  meta?: object;
}

/** What a client needs of its server. */
interface Surroundings {
  readonly codec: Codec;
  /** Whether something runs or is on its way that may lead to another frame. */
  active(): boolean;
  /** Something has happened that may have changed that. */
  progress(): Promise<void>;
  readonly delivered: () => void;
}

interface Call {
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
  readonly progress: ((payload: unknown) => void) | undefined;
}

/** A fake client: it sends and receives real frames, over a connection in memory. */
export class TestClient {
  /** The server's end: `ctx.ws`. */
  readonly socket: MemorySocket;
  /** The subprotocol that the server chose. */
  readonly protocol: string | undefined;
  /** Everything that has arrived, answers included. */
  readonly received: Frame[] = [];
  /** Resolves when the connection is over. */
  readonly closed: Promise<Closed>;
  private readonly inbox: Frame[] = [];
  private readonly calls = new Map<string, Call>();
  private readonly server: Surroundings;
  private end: Closed | undefined;
  private listener: ((frame: Frame) => void) | undefined;
  private requests = 0;

  constructor(server: Surroundings, data: Record<string, unknown>, protocol: string | undefined) {
    this.server = server;
    this.protocol = protocol;
    let resolve: (closed: Closed) => void;
    this.closed = new Promise((settle) => (resolve = settle));
    this.socket = new MemorySocket(data, {
      frame: (packet) => this.arrived(this.decode(packet)),
      closed: (closed) => {
        this.end = closed;
        for (const call of this.calls.values()) call.reject(new Error(`Closed with ${describe(closed)}`));
        this.calls.clear();
        resolve(closed);
        server.delivered();
      },
      delivered: server.delivered,
    });
  }

  /** Sends a message, as it is: an invalid payload is the server's to refuse. */
  send<In, MetaIn>(
    message: Message<string, In, unknown, MetaIn, unknown>,
    ...args: SendArgs<NoInfer<In>, NoInfer<MetaIn>>
  ): void {
    const [payload, options] = args as [unknown, { meta?: object }?];
    this.sendRaw({ type: message.type, meta: options?.meta, payload });
  }

  /** Sends any frame: an object is encoded by the router's codec, text and bytes go as they are. */
  sendRaw(frame: object | string | Uint8Array): void {
    const whole = typeof frame === "string" || frame instanceof Uint8Array;
    this.socket.toServer(whole ? frame : this.server.codec.encode(frame as Frame));
  }

  /**
   * Sends a request and resolves with its response's payload.
   * @throws WsKitError with the code, message and details of an error the server answers with.
   */
  request<R extends AnyRpc>(
    rpc: R,
    payload: InferInput<R>,
    options?: TestRequestOptions<InferProgress<R>>,
  ): Promise<InferResponse<R>>;
  request<M extends AnyMessage, R extends AnyMessage>(
    message: M,
    payload: InferInput<M>,
    response: R,
    options?: TestRequestOptions,
  ): Promise<InferPayload<R>>;
  async request(message: AnyMessage, payload: unknown, ...rest: unknown[]): Promise<unknown> {
    const bound = (message as AnyRpc).response as AnyMessage | undefined;
    const [response, options = {}] = (bound === undefined ? rest : [bound, ...rest]) as [
      AnyMessage,
      TestRequestOptions<never>?,
    ];
    const correlationId = `test-${++this.requests}`;
    const { timeoutMs, signal, onProgress, meta } = options;
    const answer = new Promise<Frame>((resolve, reject) => {
      this.calls.set(correlationId, { resolve, reject, progress: onProgress as Call["progress"] });
    });
    signal?.addEventListener("abort", () => this.sendRaw({ type: "$ws:abort", meta: { correlationId } }));
    this.sendRaw({ type: message.type, meta: { ...meta, correlationId, timeoutMs }, payload });
    return (await this.check(response, await answer)).payload;
  }

  /**
   * The next frame, which must be this message.
   * @param payload What its payload must contain; left out, any that fits the schema will do.
   * @throws Error when it is another one, or when nothing has arrived and nothing runs that could still send something.
   * @throws ValidationError when it does not fit its schema.
   */
  async expect<M extends AnyMessage>(message: M): Promise<Received<M>> {
    const frame = await this.next();
    if (frame.type !== message.type) {
      throw new Error(`Expected ${JSON.stringify(message.type)} and got ${JSON.stringify(frame)}`);
    }
    return this.check(message, frame) as Promise<Received<M>>;
  }

  /** The next frame, which must be an `ERROR` that answers no request. */
  async expectError(): Promise<ErrorPayload> {
    const frame = await this.next();
    if (frame.type !== ERROR_TYPE) throw new Error(`Expected an error and got ${JSON.stringify(frame)}`);
    return frame.payload as ErrorPayload;
  }

  /**
   * The next frame, whatever it is; answers to `request` are not among them.
   * @throws Error when nothing has arrived and nothing runs that could still send something.
   */
  async next(): Promise<Frame> {
    for (;;) {
      const frame = this.inbox.shift();
      if (frame !== undefined) return frame;
      if (this.end !== undefined) throw new Error(`Nothing arrived: closed with ${describe(this.end)}`);
      if (!this.server.active()) {
        const before = this.received.map(({ type }) => type).join(", ") || "nothing";
        throw new Error(`Nothing arrived, and nothing runs that could send it. Received before: ${before}`);
      }
      await this.server.progress();
    }
  }

  /** Hears every frame that arrives, and those that have. */
  onFrame(listener: (frame: Frame) => void): void {
    for (const frame of this.received) listener(frame);
    this.listener = listener;
  }

  /**
   * Waits until nothing runs any more, and checks that there is no frame left that was not looked at.
   * @throws Error naming those frames.
   */
  async silent(): Promise<void> {
    while (this.server.active()) await this.server.progress();
    if (this.inbox.length > 0) throw new Error(`Not looked at: ${JSON.stringify(this.inbox)}`);
  }

  /** Closes, after what was sent. Default code 1000. */
  close(code = 1000, reason = ""): void {
    this.socket.closeFromClient({ code, reason });
  }

  /** Is gone without a word, as when a cable is pulled: `onClose` says 1006. */
  vanish(): void {
    this.socket.vanish();
  }

  private decode(packet: Packet): Frame {
    const always = packet === PING_FRAME || packet === PONG_FRAME;
    return (always ? JSON.parse(packet) : this.server.codec.decode(packet)) as Frame;
  }

  private arrived(frame: Frame): void {
    this.received.push(frame);
    this.listener?.(frame);
    const id = frame.meta?.["correlationId"];
    const call = typeof id === "string" ? this.calls.get(id) : undefined;
    if (typeof id !== "string" || call === undefined) this.inbox.push(frame);
    else if (frame.type === PROGRESS_TYPE) call.progress?.(frame.payload);
    else {
      this.calls.delete(id);
      if (frame.type === ERROR_TYPE) call.reject(toError(frame.payload as ErrorPayload));
      else call.resolve(frame);
    }
    this.server.delivered();
  }

  private async check(message: AnyMessage, frame: Frame): Promise<Received<AnyMessage>> {
    const { payload } = message["~validators"];
    const meta = (frame.meta ?? {}) as Received<AnyMessage>["meta"];
    if (payload === undefined) return { type: frame.type, payload: undefined, meta };
    const checked = await payload.inbound(frame.payload);
    if (checked.issues !== undefined) throw new ValidationError(frame.type, "payload", "in", toIssues(checked.issues));
    return { type: frame.type, payload: checked.value, meta };
  }
}

function describe({ code, reason }: Closed): string {
  return `${code} ${JSON.stringify(reason)}`;
}

function toError({ code, message, details, retryable, retryAfterMs }: ErrorPayload): WsKitError {
  const retry = retryAfterMs === undefined ? { retryable } : { retryable, retryAfterMs };
  return new WsKitError(code as WsKitError["code"], message, details, retry);
}
