import type { ErrorHandler } from "../api/handlers.ts";
import { wallTime } from "../base/clock.ts";
import { comesOf } from "../base/thrown.ts";
import { OpenContextImpl } from "./connection-context.ts";
import { errorPayload, type RetryOptions } from "../message/errors.ts";
import type { AnyMessage, SendOptions } from "../message/message.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import type { Envelope, Meta } from "../protocol/envelope.ts";
import { report } from "../sending/report.ts";
import { sendError, sendMessage } from "../sending/send.ts";
import { arrivalAt, type Connection } from "../state/connection.ts";
import type { End, Times } from "../state/hooks.ts";
import { CLOSED } from "../state/phases.ts";
import type { CompiledRoute } from "../state/route.ts";

interface ContextTimes extends Times {
  /** When it arrived by the wall clock; 0 while nobody has asked. */
  wall: number;
}

export class MessageContextImpl extends OpenContextImpl {
  readonly route: CompiledRoute;
  readonly envelope: Envelope;
  payload: unknown;
  /** The handler has been called. */
  entered = false;
  /** Of the error that was sent: a middleware which stops here has then not stopped in silence. */
  errorCode: string | undefined = undefined;
  /** A promise of an inner stage that its middleware may not have waited for. */
  inner: PromiseLike<unknown> | undefined = undefined;
  /**
   * When it arrived: by the wall clock or, below 0, by the monotonic one; 0 while nobody has asked. Where extensions ask
   * it is known more precisely: no field more for everybody else.
   */
  private arrived: number | ContextTimes;
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
    if (typeof this.arrived === "object") return (this.arrived.wall ||= wallTime(clock, this.arrived.receivedAt));
    if (this.arrived < 0) this.arrived = wallTime(clock, -this.arrived);
    return this.arrived || (this.arrived = clock.now());
  }

  /** Its turn has come, which extensions want to know. Apart from the constructor, which is the faster the shorter it is. */
  begins(waited: boolean): void {
    if (typeof this.arrived === "object" || this.arrived >= 0) return;
    const receivedAt = -this.arrived;
    this.arrived = { receivedAt, startedAt: waited ? this.conn.hub.clock.monotonic() : receivedAt, wall: 0 };
  }

  /** When it arrived and its turn came, where extensions ask. */
  get times(): Times | undefined {
    return typeof this.arrived === "object" ? this.arrived : undefined;
  }

  /** Keeps a reading of the monotonic clock for whoever asks later when the message arrived; the first one counts. */
  arrivedBy(monotonic?: number): void {
    if (this.arrived === 0) this.arrived = arrivalAt(monotonic ?? this.conn.hub.clock.monotonic());
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

  /** Whether this was thrown since `signal` aborted: its reason, or what names that as its cause. */
  abortedBy(error: unknown): boolean {
    return this.abortReason !== undefined && comesOf(error, this.abortReason);
  }

  override overrun(): void {
    this.abort("The handler took too long");
  }

  /** Nothing can abort it any more. */
  release(): void {
    if (this.controller !== undefined) this.conn.signalled?.delete(this);
  }

  override error(code: ErrorCode, message: string, details?: unknown, retry?: RetryOptions): void {
    this.errorCode = code;
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

/**
 * What a message brought as meta, as `ctx.meta` has it; undefined for one that brought none, where `ctx.meta` makes an object:
 * for middleware that looks for something in every message.
 */
export function metaOf(ctx: { readonly meta: object }): Meta | undefined {
  return ctx instanceof MessageContextImpl ? ctx.envelope.meta : (ctx.meta as Meta);
}

/**
 * Has the end of one message told, once: for middleware that surrounds few messages, where the hook `settled` is told of all.
 *
 * @throws TypeError for what is not the context of a message; Error where the listener has no extension, and so hears of no end.
 */
export function watchEnd(ctx: { readonly meta: object }, hear: (end: End) => void): void {
  if (!(ctx instanceof MessageContextImpl)) throw new TypeError("watchEnd() takes the ctx of a middleware");
  const { hooks } = ctx.conn.hub;
  if (hooks === undefined) {
    throw new Error("watchEnd() needs an extension: give the middleware one, as its property `extension`");
  }
  hooks.watch(ctx.envelope, hear);
}
