import type { Connection } from "./connection.ts";
import { CLOSED } from "./state.ts";
import { errorPayload, report } from "./failures.ts";
import { sendError, sendMessage } from "./outgoing.ts";
import { publishFrom, type AnyPublishOptions } from "./pubsub.ts";
import type { AnyMessage, Envelope, ErrorCode, Meta, RetryOptions, SendOptions } from "./protocol/index.ts";
import type { CompiledRoute } from "./routes.ts";
import type { ErrorHandler, PublishResult } from "./types.ts";
import type { TopicsOf } from "./topics.ts";

/** What `context-types.ts` promises, without its types: methods live on prototypes, so a message costs one object. */
export class BaseContext {
  readonly conn: Connection;

  constructor(conn: Connection) {
    this.conn = conn;
  }

  /** What the log calls this. */
  get subject(): string | undefined {
    return undefined;
  }

  get ws(): unknown {
    return this.conn.ws;
  }

  get clientId(): string {
    return this.conn.clientId;
  }

  get data(): Record<string, unknown> {
    return this.conn.data;
  }

  get topics(): Pick<TopicsOf, "has" | "list"> {
    return this.conn.topics;
  }

  assignData(partial: Record<string, unknown>): void {
    Object.assign(this.conn.data, partial);
  }

  publish(topic: string, message: AnyMessage, payload?: unknown, options?: AnyPublishOptions): Promise<PublishResult> {
    return publishFrom(this.conn.hub, this.conn, topic, message, payload, options);
  }

  errorHandlers(): readonly ErrorHandler<never>[] {
    return this.conn.hub.router.errorHandlers();
  }
}

export class OpenContextImpl extends BaseContext {
  override get subject(): string | undefined {
    return "onOpen";
  }

  override get topics(): TopicsOf {
    return this.conn.topics;
  }

  send(message: AnyMessage, payload?: unknown, options?: SendOptions): boolean {
    return sendMessage(this.conn, message, payload, options);
  }

  error(code: ErrorCode, message: string, details?: unknown, retry?: RetryOptions): void {
    sendError(this.conn, {}, errorPayload(code, message, details, retry));
  }
}

export class CloseContextImpl extends BaseContext {
  readonly code: number;
  readonly reason: string;

  constructor(conn: Connection, code: number, reason: string) {
    super(conn);
    this.code = code;
    this.reason = reason;
  }

  override get subject(): string | undefined {
    return "onClose";
  }
}

export class MessageContextImpl extends OpenContextImpl {
  readonly route: CompiledRoute;
  readonly envelope: Envelope;
  payload: unknown;
  /** The handler has been called. */
  entered = false;
  /** An error was sent, so that a middleware which stops here has not stopped in silence. */
  answered = false;
  /** A promise of an inner stage that its middleware may not have waited for. */
  inner: PromiseLike<unknown> | undefined = undefined;
  /** When it arrived: by the wall clock or, below 0, by the monotonic one; 0 while nobody has asked. */
  private arrived: number;
  private controller: AbortController | undefined = undefined;
  private abortReason: Error | undefined = undefined;

  constructor(conn: Connection, route: CompiledRoute, envelope: Envelope, arrived: number) {
    super(conn);
    this.route = route;
    this.envelope = envelope;
    this.payload = envelope.payload;
    this.arrived = arrived;
  }

  override get subject(): string | undefined {
    return JSON.stringify(this.envelope.type);
  }

  get type(): string {
    return this.envelope.type;
  }

  get meta(): Meta {
    return (this.envelope.meta ??= {});
  }

  get receivedAt(): number {
    const { clock } = this.conn.hub;
    if (this.arrived < 0) this.arrived = Math.round(clock.now() - (clock.monotonic() + this.arrived));
    return this.arrived || (this.arrived = clock.now());
  }

  /** Keeps a reading of the monotonic clock for whoever asks later when the message arrived; the first one counts. */
  arrivedBy(monotonic?: number): void {
    if (this.arrived === 0) this.arrived = -(monotonic ?? this.conn.hub.clock.monotonic());
  }

  get timeoutMs(): number {
    return this.conn.hub.limits.handlerTimeoutMs;
  }

  get deadline(): number {
    return this.receivedAt + this.timeoutMs;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.abortReason === undefined && this.conn.state === CLOSED && this.abortsOnClose) {
        this.abortReason = new Error("The connection closed");
      }
      if (this.abortReason !== undefined) this.controller.abort(this.abortReason);
      else (this.conn.signalled ??= new Set()).add(this);
    }
    return this.controller.signal;
  }

  /** False where the answer is wanted even after this connection is gone. */
  get abortsOnClose(): boolean {
    return true;
  }

  abort(reason: string): void {
    if (this.abortReason !== undefined) return;
    this.abortReason = new Error(reason);
    this.controller?.abort(this.abortReason);
    this.release();
  }

  /** Nothing can abort it any more. */
  release(): void {
    if (this.controller !== undefined) this.conn.signalled?.delete(this);
  }

  override error(code: ErrorCode, message: string, details?: unknown, retry?: RetryOptions): void {
    this.answered = true;
    sendError(this.conn, { inReplyTo: this.envelope.type }, errorPayload(code, message, details, retry));
  }

  override errorHandlers(): readonly ErrorHandler<never>[] {
    return this.route.errorHandlers;
  }

  override send(message: AnyMessage, payload?: unknown, options?: SendOptions): boolean {
    return sendMessage(this.conn, message, payload, options);
  }

  protected report(error: unknown, id?: string): void {
    report(this.conn.hub, error, this, this.conn, id);
  }
}
