import { openCall, refuse } from "./calls.ts";
import type { Connection } from "./connection.ts";
import { CLOSING } from "./state.ts";
import { MessageContextImpl } from "./context.ts";
import { control } from "./control.ts";
import { decode, violate } from "./decode.ts";
import type { Expiring } from "./deadlines.ts";
import { errorPayload, report } from "./failures.ts";
import { fastCheck } from "./generate.ts";
import { sendError } from "./outgoing.ts";
import { drainLane, enqueue } from "./order.ts";
import {
  CONTROL_PREFIX,
  ERROR_TYPE,
  isPromise,
  toIssues,
  ValidationError,
  WsKitError,
  type Envelope,
  type RetryOptions,
  type StandardResult,
} from "./protocol/index.ts";
import type { RpcContextImpl } from "./rpc.ts";

/** A decoded message and when it arrived: 0 while nobody has asked. */
export interface Incoming {
  readonly envelope: Envelope;
  readonly arrived: number;
}

/** The way of every incoming frame, from the adapter to its handler. */
export function receive(conn: Connection, data: string | ArrayBufferLike | ArrayBufferView): void {
  if (conn.state >= CLOSING) return;
  conn.alive = true;
  const envelope = decode(conn, data);
  if (envelope === undefined) return;
  if (conn.holder === undefined && conn.waiting === undefined) start(conn, envelope, 0);
  else if (envelope.type.startsWith(CONTROL_PREFIX)) control(conn, envelope);
  else enqueue(conn, envelope);
}

/** Runs one message; afterwards the lane is held if later messages have to wait for it. */
export function start(conn: Connection, envelope: Envelope, arrived: number): void {
  const route = conn.hub.routes()[envelope.type];
  if (route === undefined) return unrouted(conn, envelope);
  const { meta } = envelope;
  if (meta !== undefined) {
    // The server's own keys: what a client claims there is not believed. Looking is much cheaper than deleting nothing.
    if (meta["clientId"] !== undefined) delete meta["clientId"];
    if (meta["receivedAt"] !== undefined) delete meta["receivedAt"];
  }
  const id = meta?.correlationId;
  let ctx: MessageContextImpl;
  if (route.isRpc) {
    const call = openCall(conn, route, envelope, arrived);
    if (call === undefined) return;
    ctx = call;
  } else if (id === undefined) ctx = new MessageContextImpl(conn, route, envelope, arrived);
  else
    return refuse(
      conn,
      envelope,
      "FAILED_PRECONDITION",
      `${JSON.stringify(envelope.type)} is not answered here: it is handled with on()`,
    );

  let result: unknown;
  try {
    result = route.outer === undefined ? validate(ctx) : route.outer.run(ctx);
  } catch (error) {
    fail(ctx, error);
  }
  if (ctx.inner === undefined && !isPromise(result)) finish(ctx);
  else wait(ctx, result);
}

/** What no route takes: a frame of the protocol itself, or one that nobody understands. */
function unrouted(conn: Connection, envelope: Envelope): void {
  const { type } = envelope;
  if (type.startsWith(CONTROL_PREFIX)) control(conn, envelope);
  else if (type === ERROR_TYPE) violate(conn, "INVALID_ARGUMENT", "ERROR frames come from the server", ERROR_TYPE);
  else refuse(conn, envelope, "UNIMPLEMENTED", `Nothing here handles ${JSON.stringify(type)}`);
}

/** The payload and meta against their schemas, then typed middleware and the handler. */
export function validate(ctx: MessageContextImpl): unknown {
  const { route, envelope } = ctx;
  const { payload, meta } = route.message["~validators"];
  if (meta !== undefined) {
    const checked = meta.inbound(envelope.meta ?? {});
    if (isPromise(checked)) return admitMetaLater(ctx, checked);
    admitMeta(ctx, checked);
  }
  if (payload === undefined) {
    ctx.payload = undefined;
    return route.typed === undefined ? enter(ctx) : route.typed.run(ctx);
  }
  const value = fastCheck(payload)(envelope.payload);
  if (value !== undefined) {
    ctx.payload = value;
    return route.typed === undefined ? enter(ctx) : route.typed.run(ctx);
  }
  const checked = payload.inbound(envelope.payload);
  return isPromise(checked) ? admitLater(ctx, checked) : admit(ctx, checked);
}

function validatePayload(ctx: MessageContextImpl): unknown {
  const validator = ctx.route.message["~validators"].payload;
  const checked = validator === undefined ? { value: undefined } : validator.inbound(ctx.envelope.payload);
  return isPromise(checked) ? admitLater(ctx, checked) : admit(ctx, checked);
}

// Whatever waits has a function of its own: one that holds a closure pays for it at every call.

type Later = PromiseLike<StandardResult<unknown>>;

function admitLater(ctx: MessageContextImpl, checked: Later): Promise<unknown> {
  return Promise.resolve(checked).then((late) => admit(ctx, late));
}

function admitMetaLater(ctx: MessageContextImpl, checked: Later): Promise<unknown> {
  return Promise.resolve(checked).then((late) => (admitMeta(ctx, late), validatePayload(ctx)));
}

function returnedLater(call: RpcContextImpl, result: PromiseLike<unknown>): Promise<void> {
  return Promise.resolve(result).then((value) => call.returned(value));
}

function admitMeta(ctx: MessageContextImpl, result: StandardResult<unknown>): void {
  if (result.issues !== undefined) throw invalid(ctx, "meta", result);
  ctx.envelope.meta = { ...ctx.envelope.meta, ...(result.value as object) };
}

function admit(ctx: MessageContextImpl, result: StandardResult<unknown>): unknown {
  if (result.issues !== undefined) throw invalid(ctx, "payload", result);
  ctx.payload = result.value;
  return ctx.route.typed === undefined ? enter(ctx) : ctx.route.typed.run(ctx);
}

function invalid(ctx: MessageContextImpl, part: "payload" | "meta", result: StandardResult<unknown>): WsKitError {
  const issues = toIssues(result.issues ?? []);
  const { message } = new ValidationError(ctx.route.message.type, part, "in", issues);
  return new WsKitError("INVALID_ARGUMENT", message, { in: part, issues });
}

/** Calls the handler. From here on an rpc no longer holds up what follows it. */
export function enter(ctx: MessageContextImpl): unknown {
  ctx.entered = true;
  const { conn, route } = ctx;
  if (!route.isRpc) return route.handler(ctx);
  const call = ctx as RpcContextImpl;
  // Cancelled or out of time before its turn came.
  if (call.settled) return undefined;
  try {
    const result = route.handler(call);
    if (isPromise(result)) return returnedLater(call, result);
    call.returned(result);
    return undefined;
  } finally {
    if (conn.holder === ctx) release(conn);
  }
}

/** Everything the message started has ended. */
function finish(ctx: MessageContextImpl): void {
  if (ctx.route.isRpc) {
    const call = ctx as RpcContextImpl;
    if (!call.settled) {
      if (ctx.entered) {
        ctx.conn.hub.logger.error(`The handler of ${ctx.subject} ended without an answer`);
        call.settleError(errorPayload("INTERNAL", "The handler ended without an answer"));
      } else call.settleError(errorPayload("PERMISSION_DENIED", "Not let through"));
    }
  } else if (!ctx.entered && !ctx.answered) {
    ctx.conn.hub.logger.debug(`Middleware dropped ${ctx.subject}`);
  }
  ctx.release();
  ctx.conn.hub.runtime.settled?.(ctx.conn);
}

/** Turns whatever a stage threw into an answer. */
export function fail(ctx: MessageContextImpl, error: unknown): void {
  if (error instanceof WsKitError) return ctx.error(error.code, error.message, error.details, retryOf(error));
  const id = crypto.randomUUID();
  report(ctx.conn.hub, error, ctx, ctx.conn, id);
  const payload = { ...errorPayload("INTERNAL", "Internal error"), id };
  if (ctx.route.isRpc) (ctx as RpcContextImpl).settleError(payload);
  else sendError(ctx.conn, { inReplyTo: ctx.type }, payload);
}

function retryOf({ retryable, retryAfterMs }: WsKitError): RetryOptions {
  return retryAfterMs === undefined ? { retryable } : { retryable, retryAfterMs };
}

/** Follows a message that did not end at once, and holds the lane for it where order asks for that. */
function wait(ctx: MessageContextImpl, result: unknown): void {
  const { conn, route } = ctx;
  const { hub } = conn;
  if (route.isRpc) {
    const call = ctx as RpcContextImpl;
    if (!call.settled) {
      (conn.calls ??= new Map()).set(call.id, call);
      ctx.arrivedBy(hub.deadlines.add(call, call.timeoutMs));
    }
    if (!ctx.entered) hold(conn, ctx);
  } else if (!route.concurrent) hold(conn, ctx);
  // Where no deadline has read the clock: later it would no longer be when the message arrived.
  ctx.arrivedBy();
  if (isPromise(result)) follow(ctx, result);
  else ended(ctx);
}

/** Two callbacks and no function that is asynchronous itself: half of the promises. */
function follow(ctx: MessageContextImpl, promise: PromiseLike<unknown>): void {
  void Promise.resolve(promise).then(
    () => ended(ctx),
    (error: unknown) => {
      fail(ctx, error);
      ended(ctx);
    },
  );
}

/** What was followed has ended; so has the message, unless an inner stage goes on whose middleware did not wait. */
function ended(ctx: MessageContextImpl): void {
  const { inner, conn } = ctx;
  if (inner !== undefined) {
    ctx.inner = undefined;
    return follow(ctx, inner);
  }
  finish(ctx);
  if (conn.holder === ctx) release(conn);
}

/** Later messages wait until `ctx` is done, or takes too long. */
function hold(conn: Connection, ctx: MessageContextImpl): void {
  const { deadlines, limits } = conn.hub;
  conn.holder = ctx;
  conn.laneTimer ??= new LaneTimer(conn);
  ctx.arrivedBy(deadlines.add(conn.laneTimer, limits.handlerTimeoutMs));
}

/** The lane is free: what waited goes on. */
export function release(conn: Connection): void {
  conn.holder = undefined;
  if (conn.laneTimer !== undefined) conn.hub.deadlines.rest(conn.laneTimer);
  drainLane(conn, start);
}

/** Frees a lane whose handler takes too long. */
class LaneTimer implements Expiring {
  expiresAt = 0;
  private readonly conn: Connection;

  constructor(conn: Connection) {
    this.conn = conn;
  }

  expire(): void {
    const { holder, hub } = this.conn;
    if (holder === undefined) return;
    hub.logger.error(
      `${holder.subject} of ${holder.clientId} took over ${hub.limits.handlerTimeoutMs} ms: later messages go on without it`,
    );
    if (holder instanceof MessageContextImpl) holder.abort("The handler took too long");
    release(this.conn);
    hub.runtime.settled?.(this.conn);
  }
}
