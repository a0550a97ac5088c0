import { isPromise } from "../base/when.ts";
import type { MessageContextImpl } from "../contexts/message-context.ts";
import { forgetWaiting } from "./forget.ts";
import { release } from "./lane.ts";
import { describeMisfit, Misfit, withoutStack, WsKitError } from "../message/errors.ts";
import { once } from "../rpc/once.ts";
import type { RpcContextImpl } from "../rpc/rpc-context.ts";
import { checksOf } from "../schema/checks.ts";
import { toIssues } from "../schema/issues.ts";
import { judge } from "../schema/judge.ts";
import type { StandardResult } from "../schema/standard-schema.ts";
import type { Checked, Checks, Validator } from "../schema/validator.ts";
import { countRefusal } from "../sending/refusals.ts";
import type { Connection } from "../state/connection.ts";
import type { CompiledRoute } from "../state/route.ts";

/** The payload and meta against their schemas, then typed middleware and the handler. */
export function validate(ctx: MessageContextImpl, metaFits = false): unknown {
  const { route, envelope, conn } = ctx;
  const { payload, meta } = route;
  if (meta !== undefined && !metaFits) return validateMeta(ctx, meta);
  if (payload === undefined) ctx.payload = undefined;
  else {
    const value = conn.offences === undefined ? checksOf(payload).in(envelope.payload) : undefined;
    if (value === undefined) return judgePayload(ctx, payload);
    ctx.payload = value;
  }
  return route.typed === undefined ? enter(ctx) : route.typed.run(ctx);
}

// What most messages do not need stands apart, so that the function for the others stays one that an engine inlines.

/** Of a payload that the quick check does not take, or of a connection whose refusals are timed. */
function judgePayload(ctx: MessageContextImpl, payload: Validator): unknown {
  const { envelope, conn } = ctx;
  const checks = checksOf(payload);
  const since = beginning(conn);
  const value = since === 0 ? undefined : checks.in(envelope.payload);
  if (value !== undefined) return admit(ctx, { value });
  const checked = judged(conn, checks, envelope.payload, since);
  return isPromise(checked) ? admitLater(ctx, checked) : admit(ctx, checked);
}

function validateMeta(ctx: MessageContextImpl, meta: Validator): unknown {
  const given = ctx.envelope.meta ?? {};
  const checks = checksOf(meta);
  const since = beginning(ctx.conn);
  const value = checks.in(given);
  if (value !== undefined) return admitMeta(ctx, { value });
  const checked = judged(ctx.conn, checks, given, since);
  return isPromise(checked) ? admitMetaLater(ctx, checked) : admitMeta(ctx, checked);
}

/** When a check begins; read only for a connection that has done something wrong before. */
function beginning(conn: Connection): number {
  return conn.offences === undefined ? 0 : conn.hub.clock.monotonic();
}

/** Asks the schema, and counts the time that a refusal takes. */
function judged(conn: Connection, checks: Checks, value: unknown, since: number): Checked<unknown> {
  const checked = judge(checks, value);
  if (isPromise(checked)) {
    const spent = since === 0 ? 0 : conn.hub.clock.monotonic() - since;
    // Only what held up the others counts, not what was waited for.
    if (spent > 1) checked.then(({ issues }) => issues && spend(conn, spent), ignore);
  } else if (checked.issues !== undefined) {
    const now = conn.hub.clock.monotonic();
    spend(conn, since === 0 ? 0 : now - since, now);
  }
  return checked;
}

function spend(conn: Connection, ms: number, now?: number): void {
  // What waits would take as long.
  if (!countRefusal(conn, ms, now)) forgetWaiting(conn);
}

function ignore(): void {}

// Whatever waits has a function of its own: one that holds a closure pays for it at every call.

type Later = PromiseLike<StandardResult<unknown>>;

function admitLater(ctx: MessageContextImpl, checked: Later): Promise<unknown> {
  return Promise.resolve(checked).then((late) => admit(ctx, late));
}

function admitMetaLater(ctx: MessageContextImpl, checked: Later): Promise<unknown> {
  return Promise.resolve(checked).then((late) => admitMeta(ctx, late));
}

function returnedLater(call: RpcContextImpl, result: PromiseLike<unknown>): Promise<void> {
  return Promise.resolve(result).then((value) => call.returned(value));
}

function admitMeta(ctx: MessageContextImpl, result: StandardResult<unknown>): unknown {
  if (result.issues !== undefined) return refuse(ctx, "meta", result);
  ctx.envelope.meta = { ...ctx.envelope.meta, ...(result.value as object) };
  return validate(ctx, true);
}

function admit(ctx: MessageContextImpl, result: StandardResult<unknown>): unknown {
  if (result.issues !== undefined) return refuse(ctx, "payload", result);
  ctx.payload = result.value;
  return ctx.route.typed === undefined ? enter(ctx) : ctx.route.typed.run(ctx);
}

/** Answers what does not fit; by way of the middleware, where there is any that may want to see it. */
function refuse(ctx: MessageContextImpl, part: "payload" | "meta", result: StandardResult<unknown>): void {
  const issues = toIssues(result.issues ?? []);
  const message = describeMisfit(ctx.route.message.type, part, issues);
  const details = new Misfit(part, issues);
  if (ctx.route.outer === undefined) return ctx.error("INVALID_ARGUMENT", message, details);
  throw invalid(message, details);
}

function invalid(message: string, details: Misfit): WsKitError {
  return withoutStack(() => new WsKitError("INVALID_ARGUMENT", message, details));
}

/** Whether what a request's stages return is what its handler returned. */
export function answersItself({ isRpc, outer, typed }: CompiledRoute): boolean {
  return isRpc && outer === undefined && typed === undefined;
}

/** Calls the handler. From here on an rpc, or a message of a concurrent route, no longer holds up what follows it. */
export function enter(ctx: MessageContextImpl): unknown {
  ctx.entered = true;
  const { conn, route } = ctx;
  if (!route.isRpc) return route.concurrent ? enterBeside(ctx) : route.handler(ctx as never);
  const call = ctx as RpcContextImpl;
  // Cancelled or out of time before its turn came.
  if (call.settled) return undefined;
  try {
    const result = call.key === undefined ? route.handler(call as never) : once(call, call.key, route.handler);
    // Where no middleware sees what the handler returns, whoever follows the message takes its answer.
    if (isPromise(result)) return answersItself(route) ? result : returnedLater(call, result);
    call.returned(result);
    return undefined;
  } finally {
    if (conn.holder === ctx) release(conn);
  }
}

function enterBeside(ctx: MessageContextImpl): unknown {
  try {
    return ctx.route.handler(ctx as never);
  } finally {
    if (ctx.conn.holder === ctx) release(ctx.conn);
  }
}
