import type { Expiring } from "../base/deadlines.ts";
import { isPromise } from "../base/when.ts";
import { tellExpiry } from "../contexts/expiry.ts";
import { askIdentity } from "../contexts/identity.ts";
import { OpenContextImpl } from "../contexts/connection-context.ts";
import { forgetWaiting } from "../dispatch/forget.ts";
import { release } from "../dispatch/lane.ts";
import { CLOSE } from "../protocol/codes.ts";
import { close } from "../sending/frames.ts";
import { leave } from "./close.ts";
import { RESTARTS } from "./drain.ts";
import { report } from "../sending/report.ts";
import type { Connection } from "../state/connection.ts";
import { OPEN, OPENING } from "../state/phases.ts";

/** The socket is open: runs `onOpen`, which every message waits for. */
export function opened(conn: Connection): void {
  if (conn.hub.draining) return tooLate(conn);
  const handlers = conn.hub.handlers.handlersOf("open");
  if (handlers.length === 0) {
    conn.state = OPEN;
    tellExpiry(conn);
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

/** Admitted just before the drain began: no handler hears of it. */
function tooLate(conn: Connection): void {
  conn.ending = { code: CLOSE.RESTART, reason: RESTARTS };
  leave(conn, conn.ending);
  conn.socket.close(CLOSE.RESTART, RESTARTS);
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
  askIdentity(conn);
  if (conn.state === OPEN) tellExpiry(conn);
  conn.hub.runtime.settled?.(conn);
  if (conn.holder === ctx) release(conn);
}

function openFailed(conn: Connection, ctx: OpenContextImpl, error: unknown): void {
  report(conn.hub, error, ctx, conn);
  forgetWaiting(conn);
  close(conn, CLOSE.INTERNAL, "The connection could not be set up");
  release(conn);
}

class OpenTimer implements Expiring {
  expiresAt = 0;
  listed: object | undefined = undefined;
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
