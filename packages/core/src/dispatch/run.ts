import { takeAnswer } from "../asking/take.ts";
import { MAX_SHOWN, quote } from "../base/text.ts";
import { isPromise } from "../base/when.ts";
import { askIdentity } from "../contexts/identity.ts";
import { MessageContextImpl } from "../contexts/message-context.ts";
import { control } from "./control.ts";
import { hold, release } from "./lane.ts";
import { answersItself, validate } from "./stages.ts";
import { errorPayload } from "../message/errors.ts";
import { meantForPeer } from "../message/meant.ts";
import { CONTROL_PREFIX, type Envelope, ERROR_TYPE } from "../protocol/envelope.ts";
import { openCall, tooMany } from "../rpc/open-call.ts";
import type { RpcContextImpl } from "../rpc/rpc-context.ts";
import { begun } from "../rpc/time-limits.ts";
import { refuse, violate } from "../sending/refusals.ts";
import { report } from "../sending/report.ts";
import { sendError } from "../sending/send.ts";
import { Calls } from "../state/calls.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";

/**
 * Runs one message; afterwards the lane is held if later messages have to wait for it.
 * @param arrived When it arrived, as contexts keep it; 0 where nobody wants to hear.
 * @param waited Its turn came later than that.
 */
export function start(conn: Connection, envelope: Envelope, arrived: number, waited: boolean): void {
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
  } else if (id === undefined) {
    if (route.concurrent && tooMany(conn, envelope)) return;
    ctx = new MessageContextImpl(conn, route, envelope, arrived);
  } else return unanswerable(conn, envelope);

  if (arrived !== 0 && conn.hub.hooks?.timesEnds === true) ctx.begins(waited);

  let result: unknown;
  try {
    result = route.outer === undefined ? validate(ctx) : route.outer.run(ctx, fail);
  } catch (error) {
    fail(ctx, error);
  }
  if (ctx.inner === undefined && (!isPromise(result) || isDone(ctx, result))) finish(ctx);
  else wait(ctx, result);
}

/** So many messages of a route in a row were looked at in vain: its handler waits for something. */
const ENOUGH = 16;

/** Whether there is nothing to wait for: an asynchronous handler need not have waited, and some runtimes can tell. */
function isDone(ctx: MessageContextImpl, result: PromiseLike<unknown>): boolean {
  const { promises } = ctx.conn.hub.runtime;
  const { route } = ctx;
  if (promises === undefined || route.unfinished >= ENOUGH || !(result instanceof Promise)) return false;
  if (!promises.isFulfilled(result)) {
    route.unfinished++;
    return false;
  }
  route.unfinished = 0;
  if (answersItself(route)) take(ctx as RpcContextImpl, promises.valueOf(result));
  return true;
}

/** A message with an id that is no request: the answer to one of the server, or sent by mistake. */
function unanswerable(conn: Connection, envelope: Envelope): void {
  if (takeAnswer(conn, envelope)) return;
  const message = `${quote(envelope.type)} is not answered here: it is handled with on()`;
  refuse(conn, envelope, "FAILED_PRECONDITION", message);
}

/** What no route takes: a frame of the protocol itself, or one that nobody understands. */
function unrouted(conn: Connection, envelope: Envelope): void {
  const { type } = envelope;
  if (type.startsWith(CONTROL_PREFIX)) control(conn, envelope);
  else if (takeAnswer(conn, envelope)) return;
  else if (type === ERROR_TYPE) violate(conn, "INVALID_ARGUMENT", "ERROR frames come from the server", ERROR_TYPE);
  else if (type.length > MAX_SHOWN) violate(conn, "UNIMPLEMENTED", `Nothing here handles ${quote(type)}…`, type);
  else refuse(conn, envelope, "UNIMPLEMENTED", `Nothing here handles ${quote(type)}`);
}

/** Everything the message started has ended. */
function finish(ctx: MessageContextImpl): void {
  const { hub } = ctx.conn;
  if (ctx.route.isRpc) {
    const call = ctx as RpcContextImpl;
    if (!call.settled) {
      if (ctx.entered) {
        hub.logger.error(`The handler of ${ctx.type} ended without an answer`);
        call.settleError(errorPayload("INTERNAL", "The handler ended without an answer"));
      } else call.settleError(errorPayload("PERMISSION_DENIED", "Not let through"));
    }
  } else {
    const dropped = !ctx.entered && ctx.errorCode === undefined;
    if (dropped) hub.logger.debug(`Middleware dropped ${ctx.subject}`);
    if (hub.hooks !== undefined) {
      const outcome = dropped ? "dropped" : ctx.errorCode === undefined ? "ok" : "error";
      hub.hooks.settled(ctx.conn, ctx.envelope, ctx.route, ctx.times, outcome, ctx.errorCode, false);
    }
  }
  ctx.release();
  if (hub.identify !== undefined) askIdentity(ctx.conn);
  hub.runtime.settled?.(ctx.conn);
}

/** Whether nobody waits any longer for what a message's handler does. */
function isOver(ctx: MessageContextImpl): boolean {
  return ctx.route.isRpc ? (ctx as RpcContextImpl).settled : ctx.conn.state === CLOSED;
}

/** Turns whatever a stage threw into an answer. */
export function fail(ctx: MessageContextImpl, error: unknown): void {
  const meant = meantForPeer(error);
  if (meant !== undefined) return ctx.error(meant.code, meant.message, meant.details, meant.retry);
  // Whoever it was for knows how it ended, or is gone: a handler that stops for that has not failed.
  if (ctx.abortedBy(error) && isOver(ctx)) return void (ctx.errorCode ??= "CANCELLED");
  const id = crypto.randomUUID();
  report(ctx.conn.hub, error, ctx, ctx.conn, id);
  const payload = { ...errorPayload("INTERNAL", "Internal error"), id };
  if (ctx.route.isRpc) (ctx as RpcContextImpl).settleError(payload);
  else {
    ctx.errorCode = payload.code;
    sendError(ctx.conn, { inReplyTo: ctx.type }, payload);
  }
}

/** Follows a message that did not end at once, and holds the lane for it where order asks for that. */
function wait(ctx: MessageContextImpl, result: unknown): void {
  const { conn, route } = ctx;
  if (route.isRpc) {
    const call = ctx as RpcContextImpl;
    const calls = (conn.calls ??= new Calls());
    calls.running++;
    if (!call.settled) ctx.arrivedBy(begun(conn, calls, call));
    if (!ctx.entered) hold(conn, ctx);
  } else if (route.concurrent) {
    (conn.calls ??= new Calls()).running++;
    if (!ctx.entered) hold(conn, ctx);
  } else hold(conn, ctx);
  // Where no deadline has read the clock: later it would no longer be when the message arrived.
  ctx.arrivedBy();
  if (isPromise(result)) follow(ctx, result);
  else ended(ctx);
}

/** Two callbacks and no function that is asynchronous itself: half of the promises. */
function follow(ctx: MessageContextImpl, promise: PromiseLike<unknown>): void {
  void Promise.resolve(promise).then(
    (value) => (answersItself(ctx.route) ? answered(ctx as RpcContextImpl, value) : ended(ctx)),
    (error: unknown) => {
      fail(ctx, error);
      ended(ctx);
    },
  );
}

/** A request's handler returned. */
function answered(call: RpcContextImpl, value: unknown): void {
  take(call, value);
  ended(call);
}

function take(call: RpcContextImpl, value: unknown): void {
  try {
    call.returned(value);
  } catch (error) {
    fail(call, error);
  }
}

/** What was followed has ended; so has the message, unless an inner stage goes on whose middleware did not wait. */
function ended(ctx: MessageContextImpl): void {
  const { inner, conn } = ctx;
  if (inner !== undefined) {
    ctx.inner = undefined;
    return follow(ctx, inner);
  }
  finish(ctx);
  if (conn.calls !== undefined && (ctx.route.isRpc || ctx.route.concurrent)) conn.calls.running--;
  if (conn.holder === ctx) release(conn);
}
