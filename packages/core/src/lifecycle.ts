import type { Connection } from "./connection.ts";
import { CLOSED, OPEN, OPENING } from "./state.ts";
import { CloseContextImpl, OpenContextImpl } from "./context.ts";
import type { Expiring } from "./deadlines.ts";
import { release } from "./dispatch.ts";
import { report } from "./failures.ts";
import { close } from "./outgoing.ts";
import { CLOSE, isPromise } from "./protocol/index.ts";

/** The socket is open: runs `onOpen`, which every message waits for. */
export function opened(conn: Connection): void {
  const handlers = conn.hub.router.openHandlers();
  if (handlers.length === 0) {
    conn.state = OPEN;
    return;
  }
  const ctx = new OpenContextImpl(conn);
  conn.holder = ctx;
  let result: unknown;
  try {
    result = inTurn(handlers, ctx, 0);
  } catch (error) {
    return openFailed(conn, ctx, error);
  }
  if (!isPromise(result)) return ready(conn, ctx);
  const timer = new OpenTimer(conn, ctx);
  conn.hub.deadlines.add(timer, conn.hub.limits.openTimeoutMs);
  const done = (then: () => void) => {
    conn.hub.deadlines.delete(timer);
    if (conn.holder === ctx) then();
  };
  result.then(
    () => done(() => ready(conn, ctx)),
    (error: unknown) => done(() => openFailed(conn, ctx, error)),
  );
}

function inTurn(handlers: readonly ((ctx: never) => unknown)[], ctx: object, from: number): unknown {
  for (let i = from; i < handlers.length; i++) {
    const result = handlers[i]?.(ctx as never);
    if (isPromise(result)) return Promise.resolve(result).then(() => inTurn(handlers, ctx, i + 1));
  }
  return undefined;
}

function ready(conn: Connection, ctx: OpenContextImpl): void {
  if (conn.state === OPENING) conn.state = OPEN;
  conn.hub.runtime.settled?.(conn);
  if (conn.holder === ctx) release(conn);
}

function openFailed(conn: Connection, ctx: OpenContextImpl, error: unknown): void {
  report(conn.hub, error, ctx, conn);
  conn.waiting = undefined;
  close(conn, CLOSE.INTERNAL, "The connection could not be set up");
  release(conn);
}

class OpenTimer implements Expiring {
  expiresAt = 0;
  private readonly conn: Connection;
  private readonly ctx: OpenContextImpl;

  constructor(conn: Connection, ctx: OpenContextImpl) {
    this.conn = conn;
    this.ctx = ctx;
  }

  expire(): void {
    const { conn, ctx } = this;
    if (conn.holder === ctx) {
      openFailed(conn, ctx, new Error(`onOpen took over ${conn.hub.limits.openTimeoutMs} ms (limits.openTimeoutMs)`));
    }
  }
}

/**
 * The socket is gone. Signals abort and topics are left at once; `onClose` runs when the messages that had arrived are
 * done, or `closeGraceMs` later.
 */
export function closed(conn: Connection, code: number, reason: string): void {
  if (conn.state === CLOSED) return;
  conn.state = CLOSED;
  const { hub } = conn;
  hub.connections.delete(conn);
  hub.topics.leave(conn);
  for (const call of conn.calls?.values() ?? []) call.disconnect();
  for (const ctx of conn.signalled ?? []) if (ctx.abortsOnClose) ctx.abort("The connection closed");
  const ending = conn.ending ?? { code, reason };
  const ctx = new CloseContextImpl(conn, ending.code, ending.reason);
  if (conn.holder === undefined && conn.waiting === undefined) return runClose(ctx);
  const timer = new CloseTimer(ctx);
  conn.whenIdle = () => {
    hub.deadlines.delete(timer);
    runClose(ctx);
  };
  hub.deadlines.add(timer, hub.limits.closeGraceMs);
}

class CloseTimer implements Expiring {
  expiresAt = 0;
  private readonly ctx: CloseContextImpl;

  constructor(ctx: CloseContextImpl) {
    this.ctx = ctx;
  }

  expire(): void {
    const { conn } = this.ctx;
    if (conn.whenIdle === undefined) return;
    conn.whenIdle = undefined;
    conn.waiting = undefined;
    runClose(this.ctx);
  }
}

function runClose(ctx: CloseContextImpl): void {
  const { conn } = ctx;
  const { hub } = conn;
  // It only rested, and would keep the connection in memory until the next look.
  if (conn.laneTimer !== undefined) hub.deadlines.delete(conn.laneTimer);
  const handlers = hub.router.closeHandlers();
  const ended = () => {
    hub.closing.delete(conn);
    hub.runtime.settled?.(conn);
  };
  hub.closing.add(conn);
  const next = (index: number): void => {
    for (let i = index; i < handlers.length; i++) {
      // One handler's failure does not keep the others from cleaning up.
      try {
        const result = handlers[i]?.(ctx as never);
        if (isPromise(result)) {
          result.then(undefined, (error: unknown) => report(hub, error, ctx, conn)).then(() => next(i + 1));
          return;
        }
      } catch (error) {
        report(hub, error, ctx, conn);
      }
    }
    ended();
  };
  next(0);
}
