import { isPromise } from "../base/when.ts";
import type { MessageContextImpl } from "../contexts/message-context.ts";
import { release } from "./lane.ts";
import { ValidationError, WsKitError } from "../message/errors.ts";
import { once } from "../rpc/once.ts";
import type { RpcContextImpl } from "../rpc/rpc-context.ts";
import { checksOf } from "../schema/generate.ts";
import { toIssues } from "../schema/issues.ts";
import { judge } from "../schema/judge.ts";
import type { StandardResult } from "../schema/standard-schema.ts";

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
  const checks = checksOf(payload);
  const value = checks.in(envelope.payload);
  if (value !== undefined) {
    ctx.payload = value;
    return route.typed === undefined ? enter(ctx) : route.typed.run(ctx);
  }
  const checked = judge(checks, envelope.payload);
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
  if (!route.isRpc) return route.handler(ctx as never);
  const call = ctx as RpcContextImpl;
  // Cancelled or out of time before its turn came.
  if (call.settled) return undefined;
  try {
    const result = call.key === undefined ? route.handler(call as never) : once(call, call.key, route.handler);
    if (isPromise(result)) return returnedLater(call, result);
    call.returned(result);
    return undefined;
  } finally {
    if (conn.holder === ctx) release(conn);
  }
}
