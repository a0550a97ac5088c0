import type { AnyAskOptions } from "../api/asking.ts";
import { checkMs, MAX_TIMER_MS } from "../base/clock.ts";
import { checkGiven, type PlainKinds } from "../base/options.ts";
import type { Expiring } from "../base/deadlines.ts";
import { isPromise, when } from "../base/when.ts";
import { checkMessage } from "../message/arguments.ts";
import { check } from "../message/check.ts";
import type { AnyMessage, AnyRpc, Received } from "../message/message.ts";
import { ValidationError } from "../message/errors.ts";
import { isRequestError, RequestError } from "../message/request-error.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import { ABORT_TYPE, type Envelope, PROGRESS_TYPE, SERVER_ID_PREFIX } from "../protocol/envelope.ts";
import { inTurn } from "../sending/outbox.ts";
import { report } from "../sending/report.ts";
import { post } from "../sending/send.ts";
import type { OpenAsk } from "../state/asked.ts";
import type { Connection } from "../state/connection.ts";
import { LEAVING } from "../state/phases.ts";
import { answerOf } from "./answer.ts";
import { encodeRequest, wireOf, type Wire } from "./encode.ts";

/** Asks the client of a connection. The promise need not be awaited: its rejection alone ends no process. */
export function ask(
  conn: Connection,
  rpc: AnyMessage,
  payload: unknown,
  options: AnyAskOptions = {},
): Promise<Received<AnyMessage>> {
  const asked = new Promise<Received<AnyMessage>>((resolve, reject) => {
    checkAsked(rpc, options);
    new Ask(conn, rpc as AnyRpc, options, resolve, reject).begin(payload);
  });
  asked.catch(() => {});
  return asked;
}

const OPTIONS: PlainKinds<AnyAskOptions> = {
  meta: "object",
  timeoutMs: "any",
  signal: "object",
  onProgress: "function",
};

/** @throws TypeError for what servers do not ask, and for options that are none. */
export function checkAsked(rpc: AnyMessage, options: AnyAskOptions): void {
  checkMessage("ctx.request()", rpc);
  checkGiven("ctx.request()", options, OPTIONS);
  const { signal } = options;
  // A controller in its place would fail when the request ends, where nobody could be told.
  if (signal !== undefined && !("aborted" in signal && typeof signal.removeEventListener === "function"))
    throw new TypeError("ctx.request(): signal is that of an AbortController");
  if (rpc.kind === "rpc" && rpc.from === "server") return;
  const type = JSON.stringify(rpc.type);
  throw new TypeError(
    rpc.kind === "rpc"
      ? `${type} is asked by clients alone: rpc.fromServer() makes one that servers ask`
      : `${type} is no rpc: rpc.fromServer() makes one that servers ask`,
  );
}

/** One request of the server from its start to its one end. */
class Ask implements OpenAsk, Expiring {
  expiresAt = 0;
  listed: object | undefined = undefined;
  private readonly conn: Connection;
  private readonly rpc: AnyRpc;
  private readonly options: AnyAskOptions;
  private readonly resolve: (answer: Received<AnyMessage>) => void;
  private readonly reject: (error: unknown) => void;
  private readonly id: string = SERVER_ID_PREFIX + crypto.randomUUID();
  private readonly timeoutMs: number;
  /** Undefined for one that never began. */
  private askedAt: number | undefined = undefined;
  private settled = false;
  /** The client may have it. */
  private sent = false;
  /** The client is done with it. */
  private answered = false;
  /** Frames whose schema is at work: the next one waits for them. */
  private looking: Promise<void> | undefined = undefined;
  private waiting = 0;

  constructor(
    conn: Connection,
    rpc: AnyRpc,
    options: AnyAskOptions,
    resolve: (answer: Received<AnyMessage>) => void,
    reject: (error: unknown) => void,
  ) {
    this.conn = conn;
    this.rpc = rpc;
    this.options = options;
    this.resolve = resolve;
    this.reject = reject;
    this.timeoutMs = options.timeoutMs ?? conn.hub.limits.requestTimeoutMs;
    checkMs("timeoutMs", this.timeoutMs);
  }

  begin(payload: unknown): void {
    const { conn, rpc, options } = this;
    const { asked, deadlines, limits } = conn.hub;
    const { signal } = options;
    if (signal?.aborted === true) return this.abort();
    if (conn.state >= LEAVING) return this.disconnect();
    if (asked.of(conn) >= limits.maxServerRequests) {
      const message = `${limits.maxServerRequests} requests to this client are pending (limits.maxServerRequests)`;
      return this.end("RESOURCE_EXHAUSTED", message);
    }
    asked.add(conn, this.id, this);
    this.askedAt = deadlines.add(this, this.timeoutMs);
    signal?.addEventListener("abort", this.abort);
    try {
      const wire = wireOf(conn.hub, conn, rpc, payload, options.meta, this.id);
      if (isPromise(wire)) inTurn(conn, wire, this.send, this.fail);
      else this.send(wire);
    } catch (error) {
      this.fail(error);
    }
  }

  take(frame: Envelope): void {
    if (this.answered) return;
    if (frame.type !== PROGRESS_TYPE) this.answered = true;
    else if (this.options.onProgress === undefined) return;
    const { looking } = this;
    if (looking !== undefined && ++this.waiting > this.conn.hub.limits.maxPendingMessages) {
      return this.end("RESOURCE_EXHAUSTED", "The client reports faster than its reports can be looked at");
    }
    const looked = looking === undefined ? this.look(frame) : looking.then(() => (this.waiting--, this.look(frame)));
    if (!isPromise(looked)) return;
    const present = looked.then(() => {
      if (this.looking === present) this.looking = undefined;
    });
    this.looking = present;
  }

  disconnect(): void {
    // What has come is not lost to the end of its connection while its schema looks at it.
    if (!this.answered) this.end("UNAVAILABLE", "The connection is closed");
  }

  expire(): void {
    this.end("DEADLINE_EXCEEDED", `No answer within ${this.timeoutMs} ms`);
  }

  private readonly abort = (): void => {
    this.end("CANCELLED", "The request was aborted", this.options.signal?.reason);
  };

  private readonly send = (wire: Wire): void => {
    if (this.settled) return;
    const { conn, rpc, id } = this;
    try {
      const left = Math.ceil(Math.min(this.expiresAt - conn.hub.clock.monotonic(), MAX_TIMER_MS));
      if (left <= 0) return this.expire();
      this.sent = post(conn, encodeRequest(conn.hub, rpc, wire, id, left), rpc.type, id);
    } catch (error) {
      return this.fail(error);
    }
    if (!this.sent) this.end("UNAVAILABLE", "The connection takes nothing any more");
  };

  /** Never rejects. */
  private look(frame: Envelope): void | Promise<void> {
    if (this.settled) return undefined;
    try {
      const judged = this.judge(frame);
      return isPromise(judged) ? Promise.resolve(judged).then(undefined, this.fail) : undefined;
    } catch (error) {
      return this.fail(error);
    }
  }

  private judge(frame: Envelope): void | Promise<void> {
    const { rpc } = this;
    if (frame.type === PROGRESS_TYPE) return when(check(rpc, "progress", "in", frame.payload), this.progress);
    return when(answerOf(rpc, frame), (answer) => {
      if (this.settle()) this.resolve(answer);
    });
  }

  private readonly progress = (value: unknown): void => {
    if (this.settled) return;
    try {
      const told: unknown = this.options.onProgress?.(value as never);
      if (isPromise(told)) told.then(undefined, this.report);
    } catch (error) {
      this.report(error);
    }
  };

  private readonly report = (error: unknown): void => report(this.conn.hub, error, undefined, this.conn);

  private end(code: ErrorCode, message: string, cause?: unknown): void {
    if (!this.settled) this.fail(new RequestError(code, message, undefined, { sent: this.sent, cause }));
  }

  private readonly fail = (error: unknown): void => {
    const { conn, id } = this;
    if (!this.settle(codeOf(error))) return;
    if (this.sent && !this.answered && conn.state < LEAVING) {
      post(conn, conn.hub.codec.encode({ type: ABORT_TYPE, meta: { correlationId: id } }), ABORT_TYPE, id);
    }
    this.reject(error);
  };

  /** @returns whether it had not ended before. */
  private settle(code?: string): boolean {
    if (this.settled) return false;
    this.settled = true;
    const { conn, id } = this;
    conn.hub.asked.delete(conn, id);
    conn.hub.deadlines.delete(this);
    this.options.signal?.removeEventListener("abort", this.abort);
    conn.hub.runtime.settled?.(conn);
    if (this.askedAt !== undefined) conn.hub.hooks?.answered(conn, this.rpc.type, id, this.askedAt, code);
    return true;
  }
}

function codeOf(error: unknown): string {
  if (isRequestError(error)) return error.code;
  return error instanceof ValidationError ? "INVALID_ARGUMENT" : "INTERNAL";
}
