import { isPromise } from "../base/when.ts";
import { MessageContextImpl } from "../contexts/message-context.ts";
import { errorPayload, type RetryOptions } from "../message/errors.ts";
import type { Outcome } from "../api/facts.ts";
import type { AnyMessage, AnyRpc, SendOptions } from "../message/message.ts";
import { validatorsOf } from "../message/validators.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import { type Envelope, type ErrorPayload, PROGRESS_TYPE } from "../protocol/envelope.ts";
import { type Answering, deliver } from "./deliver.ts";
import { over } from "./time-limits.ts";
import { encodeWhole, outbound } from "../sending/encode.ts";
import { inTurn } from "../sending/outbox.ts";
import { post } from "../sending/send.ts";
import type { Answer, Outcome as Ending, Remembered } from "../state/answers.ts";
import type { OpenCall } from "../state/calls.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";
import type { CompiledRoute } from "../state/route.ts";

/** One rpc from its start to its one answer. */
export class RpcContextImpl extends MessageContextImpl implements OpenCall, Answering {
  readonly id: string;
  expiresAt = 0;
  settled = false;
  /** Ties it to its repeats, where it may have some. */
  key: string | undefined = undefined;
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
      ? Math.min(Math.max(1, Math.floor(asked)), maxRequestTimeoutMs)
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
    const validator = hub.validateOutgoing ? validatorsOf(this.route.message).progress : undefined;
    const frame = (wire: unknown) =>
      encodeWhole(hub, { type: PROGRESS_TYPE, meta: { correlationId: this.id }, payload: wire });
    try {
      const wire = validator ? outbound(validator, payload, `progress of ${this.type}`, "payload") : payload;
      const ready = isPromise(wire) ? Promise.resolve(wire).then(frame) : frame(wire);
      return post(this.conn, ready, PROGRESS_TYPE, this.id);
    } catch (error) {
      this.report(error);
      return false;
    }
  }

  override error(code: ErrorCode, message: string, details?: unknown, retry?: RetryOptions): void {
    if (this.late("error")) return;
    const validator = this.conn.hub.validateOutgoing ? validatorsOf(this.route.message).errors?.[code] : undefined;
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
      if (isPromise(wire)) inTurn(this.conn, wire, finish, refuse);
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
    this.observed("abandoned", undefined);
    this.abort("The connection closed");
  }

  private answer(message: AnyMessage, payload: unknown, options: SendOptions | undefined): void {
    if (this.late("reply")) return;
    if (message.from === "client") {
      return this.fail(new TypeError(`${JSON.stringify(message.type)} is sent by clients alone`));
    }
    this.end();
    const { hooks } = this.conn.hub;
    const given = options?.meta;
    const meta = hooks === undefined ? given : hooks.stamp(this.conn, message, given, undefined, this.id);
    this.deliver({ message, payload, meta });
  }

  protected fail(error: unknown): void {
    this.report(error);
    this.settleError(errorPayload("INTERNAL", "Internal error"));
  }

  private late(method: string): boolean {
    if (this.settled) {
      this.conn.hub.logger.debug(`Ignored ${method}(): the rpc ${JSON.stringify(this.type)} has already ended`);
    }
    return this.settled;
  }

  protected end(): void {
    this.settled = true;
    over(this.conn, this.id);
    this.release();
  }

  private deliver(outcome: Ending): void {
    deliver(this, outcome);
  }

  /** Answers with what the first request of its key got. */
  repeat({ frame, error }: Answer): void {
    if (this.settled) return;
    const { codec } = this.conn.hub;
    try {
      const again = codec.decode(frame) as Envelope;
      const renamed = codec.encode({ ...again, meta: { ...again.meta, correlationId: this.id } });
      this.end();
      post(this.conn, renamed, again.type, this.id);
    } catch (failure) {
      return this.fail(failure);
    }
    this.observed(error === undefined ? "ok" : "error", error?.code, true);
  }

  /** The answer was written. */
  delivered(code: string | undefined): void {
    this.observed(code === undefined ? "ok" : "error", code);
  }

  private observed(outcome: Outcome, code: string | undefined, repeated = false): void {
    const { hooks } = this.conn.hub;
    if (hooks !== undefined) hooks.settled(this.conn, this.envelope, this.route, this.times, outcome, code, repeated);
  }
}

function isDefinition(value: unknown): value is AnyMessage {
  return typeof value === "object" && value !== null && "~validators" in value;
}
