import type { Expiring } from "../base/deadlines.ts";
import { isPromise } from "../base/when.ts";
import { endLease } from "../contexts/expiry.ts";
import { CloseContextImpl } from "../contexts/connection-context.ts";
import { forgetWaiting } from "../dispatch/forget.ts";
import { report } from "../sending/report.ts";
import type { Connection } from "../state/connection.ts";
import { leaveAll } from "../topics/membership.ts";
import { CLOSED } from "../state/phases.ts";

/**
 * The socket is gone. Signals abort and topics are left at once; `onClose` runs when the messages that had arrived are
 * done, or `closeGraceMs` later.
 */
export function closed(conn: Connection, code: number, reason: string): void {
  if (conn.state === CLOSED) return;
  const { hub } = conn;
  const ending = conn.ending ?? { code, reason };
  leave(conn, ending);
  const ctx = new CloseContextImpl(conn, ending.code, ending.reason);
  if (conn.holder === undefined && conn.waiting === undefined) return runClose(ctx);
  const timer = new CloseTimer(ctx);
  conn.whenIdle = () => {
    hub.deadlines.delete(timer);
    runClose(ctx);
  };
  hub.deadlines.add(timer, hub.limits.closeGraceMs);
}

/** It is no longer one of the listener's, whatever may still run of it. */
export function leave(conn: Connection, { code, reason }: { readonly code: number; readonly reason: string }): void {
  conn.state = CLOSED;
  const { hub } = conn;
  hub.connections.delete(conn);
  hub.untold?.delete(conn);
  hub.identities.forget(conn);
  endLease(conn);
  leaveAll(conn);
  hub.asked.disconnect(conn);
  for (const call of conn.calls?.values() ?? []) call.disconnect();
  for (const ctx of conn.signalled ?? []) if (ctx.abortsOnClose) ctx.abort("The connection closed");
  if (hub.hooks !== undefined) hub.hooks.closed(conn, code, reason, conn.ending !== undefined);
}

class CloseTimer implements Expiring {
  expiresAt = 0;
  listed: object | undefined = undefined;
  private readonly ctx: CloseContextImpl;

  constructor(ctx: CloseContextImpl) {
    this.ctx = ctx;
  }

  expire(): void {
    const { conn } = this.ctx;
    if (conn.whenIdle === undefined) return;
    conn.whenIdle = undefined;
    forgetWaiting(conn);
    runClose(this.ctx);
  }
}

/** One asynchronous `onClose`: what comes after it goes on when it has ended, or takes too long. */
class CloseStep implements Expiring {
  expiresAt = 0;
  listed: object | undefined = undefined;
  private readonly ctx: CloseContextImpl;
  private next: (() => void) | undefined;

  constructor(ctx: CloseContextImpl, next: () => void) {
    this.ctx = ctx;
    this.next = next;
  }

  end(): void {
    const { next } = this;
    if (next === undefined) return;
    this.next = undefined;
    this.ctx.conn.hub.deadlines.delete(this);
    next();
  }

  expire(): void {
    const { clientId, conn } = this.ctx;
    const { logger, limits } = conn.hub;
    logger.error(
      `onClose of ${clientId} took over ${limits.closeGraceMs} ms (limits.closeGraceMs): it is no longer waited for`,
    );
    this.end();
  }
}

function runClose(ctx: CloseContextImpl): void {
  const { conn } = ctx;
  const { hub } = conn;
  // They only rested, and would keep the connection in memory until the next look.
  if (conn.laneTimer !== undefined) hub.deadlines.delete(conn.laneTimer);
  if (conn.calls?.timer !== undefined && conn.calls.size === 0) hub.deadlines.delete(conn.calls.timer);
  const handlers = hub.handlers.handlersOf("close");
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
          const step = new CloseStep(ctx, () => next(i + 1));
          hub.deadlines.add(step, hub.limits.closeGraceMs);
          void Promise.resolve(result)
            .then(undefined, (error: unknown) => report(hub, error, ctx, conn))
            .then(() => step.end());
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
