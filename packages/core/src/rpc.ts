import type { Connection } from "./connection.ts";
import { CLOSED } from "./state.ts";
import { MessageContextImpl } from "./context.ts";
import { errorPayload, report, toError } from "./failures.ts";
import { encode, outbound, post, sendError } from "./outgoing.ts";
import {
  isPromise,
  PROGRESS_TYPE,
  type AnyMessage,
  type AnyRpc,
  type Envelope,
  type ErrorCode,
  type ErrorPayload,
  type Meta,
  type RetryOptions,
  type SendOptions,
} from "./protocol/index.ts";
import type { Remembered } from "./memory.ts";
import type { CompiledRoute } from "./routes.ts";

/** How an rpc ended, without the correlation id, so that a repeat under another id can be given the same. */
export type Outcome =
  | { readonly message: AnyMessage; readonly payload: unknown; readonly meta: Meta | undefined }
  | { readonly error: ErrorPayload };

/** One rpc from its start to its one answer. */
export class RpcContextImpl extends MessageContextImpl {
  readonly id: string;
  expiresAt = 0;
  settled = false;
  /** Set where the answer is kept for a repeat of the request. */
  remembered: Remembered | undefined = undefined;

  constructor(conn: Connection, route: CompiledRoute, envelope: Envelope, arrived: number, id: string) {
    super(conn, route, envelope, arrived);
    this.id = id;
  }

  override get timeoutMs(): number {
    const { requestTimeoutMs, maxRequestTimeoutMs } = this.conn.hub.limits;
    const asked = this.envelope.meta?.["timeoutMs"];
    return typeof asked === "number" && asked > 0 && asked < Infinity
      ? Math.min(asked, maxRequestTimeoutMs)
      : requestTimeoutMs;
  }

  override get abortsOnClose(): boolean {
    return this.remembered === undefined;
  }

  /** `reply(payload, options?)` where the definition has its response, `reply(message, payload, options?)` otherwise. */
  reply(first?: unknown, second?: unknown, third?: SendOptions): void {
    const bound = (this.route.message as AnyRpc).response as AnyMessage | undefined;
    if (isDefinition(first)) this.answer(first, second, third);
    else if (bound !== undefined) this.answer(bound, first, second as SendOptions | undefined);
    else this.fail(new TypeError("reply() needs a message: this rpc was defined without its response"));
  }

  /** The handler returned: for a bound rpc that may be the answer. */
  returned(value: unknown): void {
    if (this.settled) return;
    const bound = (this.route.message as AnyRpc).response as AnyMessage | undefined;
    if (bound !== undefined && (value !== undefined || bound.payload === undefined)) {
      this.answer(bound, value, undefined);
    }
  }

  progress(payload: unknown): boolean {
    if (this.settled || this.conn.state === CLOSED) return false;
    const { hub } = this.conn;
    const validator = hub.validateOutgoing ? this.route.message["~validators"].progress : undefined;
    const frame = (wire: unknown) =>
      hub.codec.encode({ type: PROGRESS_TYPE, meta: { correlationId: this.id }, payload: wire });
    try {
      const wire = validator ? outbound(validator, payload, `progress of ${this.type}`, "payload") : payload;
      return post(this.conn, isPromise(wire) ? Promise.resolve(wire).then(frame) : frame(wire));
    } catch (error) {
      this.report(error);
      return false;
    }
  }

  override error(code: ErrorCode, message: string, details?: unknown, retry?: RetryOptions): void {
    if (this.late("error")) return;
    const validator = this.conn.hub.validateOutgoing ? this.route.message["~validators"].errors?.[code] : undefined;
    if (validator === undefined || details === undefined) {
      return this.settleError(errorPayload(code, message, details, retry));
    }
    const finish = (checked?: unknown) => this.deliver({ error: errorPayload(code, message, checked, retry) });
    const refuse = (failure: unknown) => {
      this.report(failure);
      // The caller still learns the code; details that break their own schema stay here.
      finish();
    };
    this.end();
    try {
      const wire = outbound(validator, details, `${code} details of ${this.type}`, "payload");
      if (isPromise(wire)) wire.then(finish, refuse);
      else finish(wire);
    } catch (failure) {
      refuse(failure);
    }
  }

  /** Ends it with an error, unless it has ended. */
  settleError(payload: ErrorPayload): void {
    if (this.settled) return;
    this.end();
    this.deliver({ error: payload });
  }

  /** Time ran out. */
  expire(): void {
    this.settleError(errorPayload("DEADLINE_EXCEEDED", `No answer within ${this.timeoutMs} ms`));
    this.abort("The deadline passed");
    this.conn.hub.runtime.settled?.(this.conn);
  }

  /** The caller gave up. */
  cancel(): void {
    this.settleError(errorPayload("CANCELLED", "The caller cancelled the request"));
    this.abort("The caller cancelled the request");
  }

  /** The connection is gone: nobody is left to answer, unless a repeat may come by another way. */
  disconnect(): void {
    if (!this.abortsOnClose) return;
    this.end();
    this.abort("The connection closed");
  }

  private answer(message: AnyMessage, payload: unknown, options: SendOptions | undefined): void {
    if (this.late("reply")) return;
    this.end();
    this.deliver({ message, payload, meta: options?.meta });
  }

  private fail(error: unknown): void {
    this.report(error);
    this.settleError(errorPayload("INTERNAL", "Internal error"));
  }

  private late(method: string): boolean {
    if (this.settled) {
      this.conn.hub.logger.debug(`Ignored ${method}(): the rpc ${JSON.stringify(this.type)} has already ended`);
    }
    return this.settled;
  }

  private end(): void {
    this.settled = true;
    this.answered = true;
    const { conn } = this;
    if (conn.calls?.delete(this.id)) conn.hub.deadlines.delete(this);
    this.release();
  }

  private deliver(outcome: Outcome): void {
    this.remembered?.settle(outcome);
    deliver(this.conn, this.id, outcome, this);
  }
}

/**
 * Writes an outcome under a correlation id; one that does not fit its schema becomes INTERNAL.
 * @param ctx What `onError` is told of.
 */
export function deliver(conn: Connection, id: string, outcome: Outcome, ctx?: RpcContextImpl): void {
  if ("error" in outcome) return sendError(conn, { correlationId: id }, outcome.error);
  try {
    const frame = encode(conn.hub, outcome.message, outcome.payload, outcome.meta, id);
    if (typeof frame === "string") post(conn, frame);
    else deliverLater(conn, id, frame, ctx);
  } catch (error) {
    misfit(conn, id, error, ctx);
  }
}

/** Apart from `deliver`, so that a synchronous answer creates no closure. */
function deliverLater(conn: Connection, id: string, frame: Promise<string>, ctx: RpcContextImpl | undefined): void {
  frame.then(
    (ready) => void post(conn, ready),
    (error: unknown) => misfit(conn, id, error, ctx),
  );
}

function misfit(conn: Connection, id: string, error: unknown, ctx: RpcContextImpl | undefined): void {
  report(conn.hub, toError(error), ctx, conn);
  sendError(conn, { correlationId: id }, errorPayload("INTERNAL", "The response did not fit its schema"));
}

function isDefinition(value: unknown): value is AnyMessage {
  return typeof value === "object" && value !== null && "~validators" in value;
}
