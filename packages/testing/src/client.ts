import type { RequestHandler } from "@ws-kit/client/parts";
import { ConnectionClosedError, ServerError, StateError, TimeoutError } from "@ws-kit/client";
import {
  check,
  checkMessage,
  ERROR_TYPE,
  PROGRESS_TYPE,
  type AfterAnswer,
  type Codec,
  type ErrorCode,
  type ErrorPayload,
  type MaybeAnswer,
  type Packet,
  type UnlessAnswer,
} from "@ws-kit/core/protocol";
import { toIssues, validatorsOf } from "@ws-kit/core/schema";
import {
  ValidationError,
  type AnyMessage,
  type ClientSends,
  type ClientAsks,
  type ClientRequests,
  type ServerAsks,
  type ServerSends,
  type WhyNot,
  type AnyRpc,
  type InferInput,
  type InferMessage,
  type InferMeta,
  type InferMetaInput,
  type InferPayload,
  type SendArgsOf,
} from "@ws-kit/core";
import type { Frame } from "./frame.ts";
import { Handlers } from "./handling.ts";
import type { TestRequestOptions, TestRpcOptions } from "./request-options.ts";
import { MemorySocket, type Closed } from "./socket.ts";

/** A message as `expect` gives it: validated. */
export interface Received<M extends AnyMessage> {
  readonly type: M["type"];
  readonly payload: InferPayload<M>;
  readonly meta: InferMeta<M>;
}

/** What a client needs of its server. */
interface Surroundings {
  readonly codec: Codec;
  /** Whether something runs or is on its way that may lead to another frame. */
  active(): boolean;
  /** Something has happened that may have changed that. */
  progress(): Promise<void>;
  readonly delivered: () => void;
  /** What has failed on its side. */
  readonly errors: readonly Error[];
}

interface Call {
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
  readonly progress: (payload: unknown) => void;
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
  /** Requests whose answers nobody wants any more. */
  private readonly abandoned = new Set<string>();
  private readonly handlers = new Handlers((frame) => this.sendRaw(frame));
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
        for (const call of this.calls.values()) call.reject(new ConnectionClosedError(describe(closed), true));
        this.calls.clear();
        this.handlers.close();
        resolve(closed);
        server.delivered();
      },
      delivered: server.delivered,
    });
  }

  /** Sends a message, as it is: an invalid payload is the server's to refuse. */
  send<M extends AnyMessage>(message: ClientSends<WhyNot<M, "client.send">> & M, ...args: SendArgsOf<M>): void {
    checkMessage("send()", message);
    const [payload, options] = args as [unknown, { meta?: object }?];
    this.sendRaw({ type: message.type, meta: options?.meta, payload });
  }

  /** Sends any frame: an object is encoded by the router's codec, text and bytes go as they are. */
  sendRaw(frame: object | string | Uint8Array): void {
    const isObject = typeof frame === "object" && !(frame instanceof Uint8Array);
    this.socket.toServer(isObject ? this.server.codec.encode(frame as Frame) : frame);
  }

  /**
   * Sends a request and resolves with its answer: `{ type, payload, meta }`, and with the errors of the real client's
   * `request`. It sends an invalid payload too, which is the server's to refuse.
   *
   * @throws ServerError with the `code` and the `context` (details) of an error that the server answers with; TimeoutError
   * where that is DEADLINE_EXCEEDED; ConnectionClosedError where the connection ends first; StateError where the signal
   * aborts; ValidationError where the answer does not fit its schema.
   */
  request<M extends AnyMessage, R extends MaybeAnswer>(
    message: ClientAsks<WhyNot<M, "client.request">> & M,
    payload: InferInput<M>,
    response: ServerSends<WhyNot<R, "client.on">> & R,
    ...options: AfterAnswer<R, TestRequestOptions<InferMetaInput<M>>>
  ): Promise<InferMessage<R>>;
  request<R extends AnyRpc, O = unknown>(
    rpc: ClientRequests<WhyNot<R, "client.request(rpc)">> & R,
    ...args: UnlessAnswer<R, O, SendArgsOf<R, TestRpcOptions<R>>>
  ): Promise<InferMessage<R["response"]>>;
  async request(message: AnyMessage, payload?: unknown, ...rest: unknown[]): Promise<unknown> {
    checkMessage("request()", message);
    const explicit = typeof rest[0] === "object" && rest[0] !== null && "~validators" in rest[0];
    const response = (explicit ? rest[0] : (message as AnyRpc).response) as AnyMessage | undefined;
    if (response === undefined) throw new TypeError(`${message.type} needs a response`);
    const options = (explicit ? rest[1] : rest[0]) as
      | (TestRequestOptions & { onProgress?: (progress: unknown) => void })
      | undefined;
    const [{ timeoutMs, signal, onProgress, meta }, correlationId] = [options ?? {}, `test-${++this.requests}`];
    if (signal?.aborted === true) throw new StateError("Request aborted", { cause: signal.reason });
    if (this.end !== undefined) throw new ConnectionClosedError(describe(this.end));
    const progress = async (body: unknown) => onProgress?.(await check(message, "progress", "in", body));
    const answer = new Promise<Frame>((resolve, reject) => {
      this.calls.set(correlationId, { resolve, reject, progress: (body) => void progress(body).catch(reject) });
      signal?.addEventListener("abort", () => {
        if (!this.calls.delete(correlationId)) return;
        this.abandoned.add(correlationId);
        this.sendRaw({ type: "$ws:abort", meta: { correlationId } });
        reject(new StateError("Request aborted", { cause: signal.reason }));
      });
    });
    this.sendRaw({ type: message.type, meta: { ...meta, correlationId, timeoutMs }, payload });
    const frame = await answer;
    if (frame.type === ERROR_TYPE) throw await this.toError(message, frame.payload as ErrorPayload, timeoutMs);
    if (frame.type !== response.type) throw new StateError(`Got ${frame.type} for an answer`);
    return this.check(response, frame);
  }

  /**
   * Answers what the server asks by `ctx.request`, as `client.handle` of the real client does; the last handler of an rpc
   * counts. What none answers is a frame as others are, for `next`.
   */
  handle<R extends AnyRpc>(rpc: ServerAsks<WhyNot<R, "ctx.request">> & R, handler: RequestHandler<R>): void {
    this.handlers.add(rpc, handler as unknown as RequestHandler<AnyRpc>);
  }

  /**
   * The next frame, which must be this message.
   * @param payload What its payload must contain; left out, any that fits the schema will do.
   * @throws Error when it is another one, or when nothing has arrived and nothing runs that could still send something.
   * @throws ValidationError when it does not fit its schema.
   */
  async expect<M extends AnyMessage>(message: ServerSends<WhyNot<M, "client.on">> & M): Promise<Received<M>> {
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
      if (this.end !== undefined) {
        const { errors } = this.server;
        throw new Error(`Nothing arrived: closed with ${describe(this.end)}${told(errors)}`, { cause: errors.at(-1) });
      }
      if (!this.server.active()) {
        const before = this.received.map(({ type }) => type).join(", ") || "nothing";
        throw new Error(
          `Nothing arrived, and nothing runs that could send it. Received before: ${before}${told(this.server.errors)}`,
          { cause: this.server.errors.at(-1) },
        );
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
    // The protocol's own texts are JSON whatever the codec is.
    const always = typeof packet === "string" && packet.startsWith('{"type":"$ws:');
    return (always ? JSON.parse(packet) : this.server.codec.decode(packet)) as Frame;
  }

  private arrived(frame: Frame): void {
    this.received.push(frame);
    this.listener?.(frame);
    if (this.handlers.takes(frame)) return this.server.delivered();
    const id = frame.meta?.["correlationId"];
    const call = typeof id === "string" ? this.calls.get(id) : undefined;
    if (typeof id !== "string" || call === undefined) {
      if (!this.abandoned.has(id as string)) this.inbox.push(frame);
    } else if (frame.type === PROGRESS_TYPE) call.progress(frame.payload);
    else {
      this.calls.delete(id);
      call.resolve(frame);
    }
    this.server.delivered();
  }

  /** As the client of a page makes it. */
  private async toError(message: AnyMessage, error: ErrorPayload, timeoutMs = 30_000): Promise<Error> {
    const { code, details } = error;
    if (code === "DEADLINE_EXCEEDED") return new TimeoutError(timeoutMs);
    const declared = details !== undefined && code in ((message as Partial<AnyRpc>).errors ?? {});
    if (!declared) return new ServerError(error);
    return new ServerError({ ...error, details: await check(message, code as ErrorCode, "in", details) });
  }

  private async check(message: AnyMessage, frame: Frame): Promise<Received<AnyMessage>> {
    const { payload } = validatorsOf(message);
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

/** What the server was told of meanwhile, and would say in its log. */
function told(errors: readonly Error[]): string {
  if (errors.length === 0) return "";
  const texts = errors.slice(-5).map((error) => `  ${error.name}: ${error.message}`);
  return `\nThe server failed${errors.length > 5 ? ` ${errors.length} times, at last` : ""} (server.errors):\n${texts.join("\n")}`;
}
