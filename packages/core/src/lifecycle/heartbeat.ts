import type { ResolvedHeartbeat } from "../api/heartbeat.ts";
import { CLOSE } from "../protocol/codes.ts";
import { PING_FRAME } from "../protocol/envelope.ts";
import { guarded } from "../sending/report.ts";
import type { Connection, Listener } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";

/** One timer for all connections of a listener: ping everybody, then end those that stayed silent. */
export class Heartbeat {
  private timer: unknown;
  private readonly hub: Listener;
  private readonly options: ResolvedHeartbeat;

  constructor(hub: Listener, options: ResolvedHeartbeat) {
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
  const onStale = hub.heartbeat?.onStaleConnection;
  if (onStale !== undefined) guarded(hub, () => onStale(clientId, ws as never));
  conn.ending = { code: CLOSE.TIMEOUT, reason: "Heartbeat missed" };
  conn.socket.terminate();
}
