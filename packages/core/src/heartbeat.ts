import type { Connection } from "./connection.ts";
import { CLOSED } from "./state.ts";
import { guarded } from "./failures.ts";
import type { Hub } from "./hub.ts";
import { CLOSE, PING_FRAME } from "./protocol/index.ts";
import type { HeartbeatOptions } from "./types.ts";

export interface ResolvedHeartbeat {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly onStaleConnection: HeartbeatOptions["onStaleConnection"];
}

/** @throws RangeError when a figure is not a positive number, or the timeout is not below the interval. */
export function resolveHeartbeat(options: HeartbeatOptions): ResolvedHeartbeat {
  const { intervalMs = 25_000, onStaleConnection } = options;
  const { timeoutMs = Math.min(10_000, intervalMs * 0.8) } = options;
  if (!(intervalMs > 0) || !(timeoutMs > 0) || timeoutMs >= intervalMs) {
    throw new RangeError(
      `heartbeat needs 0 < timeoutMs < intervalMs; it has timeoutMs ${timeoutMs} and intervalMs ${intervalMs}`,
    );
  }
  return { intervalMs, timeoutMs, onStaleConnection };
}

/** One timer for all connections of a listener: ping everybody, then end those that stayed silent. */
export class Heartbeat {
  private timer: unknown;
  private readonly hub: Hub;
  private readonly options: ResolvedHeartbeat;

  constructor(hub: Hub, options: ResolvedHeartbeat) {
    this.hub = hub;
    this.options = options;
  }

  start(): void {
    if (this.timer !== undefined) return;
    this.schedule(() => this.ping(), this.options.intervalMs);
  }

  stop(): void {
    if (this.timer !== undefined) this.hub.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(callback: () => void, ms: number): void {
    this.timer = this.hub.clock.setTimeout(callback, ms);
  }

  private ping(): void {
    for (const conn of this.hub.connections) ping(conn);
    this.schedule(() => this.check(), this.options.timeoutMs);
  }

  private check(): void {
    for (const conn of this.hub.connections) if (!conn.alive && !conn.paused) expel(conn);
    if (this.hub.connections.size === 0) this.timer = undefined;
    else this.schedule(() => this.ping(), this.options.intervalMs - this.options.timeoutMs);
  }
}

/** Asks for a sign of life: a ping frame of the runtime, or one of the protocol where it has none. */
export function ping(conn: Connection): void {
  conn.alive = false;
  if (conn.socket.ping === undefined) conn.socket.send(PING_FRAME);
  else conn.socket.ping();
}

/** Ends a connection whose peer is presumed dead, after `onStaleConnection`: no handshake, but `onClose` says 4408. */
export function expel(conn: Connection): void {
  if (conn.state === CLOSED) return;
  const { hub, clientId, ws } = conn;
  const onStale = hub.router.heartbeat?.onStaleConnection;
  if (onStale !== undefined) guarded(hub, () => onStale(clientId, ws as never));
  conn.ending = { code: CLOSE.TIMEOUT, reason: "Heartbeat missed" };
  conn.socket.terminate();
}
