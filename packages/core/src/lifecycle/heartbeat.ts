import type { ResolvedHeartbeat } from "../api/heartbeat.ts";
import { Patience } from "../base/patience.ts";
import { CLOSE } from "../protocol/codes.ts";
import { PING_FRAME } from "../protocol/envelope.ts";
import { guarded } from "../sending/report.ts";
import type { Connection, Listener } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";

const MISSED = "Heartbeat missed";

/** One timer for all connections of a listener: ping everybody, then end those that stayed silent. */
export class Heartbeat {
  private readonly patience: Patience;
  private readonly hub: Listener;
  private readonly options: ResolvedHeartbeat;

  constructor(hub: Listener, options: ResolvedHeartbeat) {
    this.hub = hub;
    this.options = options;
    this.patience = new Patience(hub.clock);
  }

  start(): void {
    if (!this.patience.waiting) this.patience.wait(this.options.intervalMs, () => this.ping());
  }

  stop(): void {
    this.patience.stop();
  }

  private ping(): void {
    for (const conn of this.hub.connections) {
      conn.silent = 1;
      ping(conn);
    }
    this.patience.wait(this.options.timeoutMs, () => this.check());
  }

  private check(): void {
    for (const conn of this.hub.connections) if (conn.silent > 0 && !this.hub.laggards.rests(conn)) expel(conn);
    const { intervalMs, timeoutMs } = this.options;
    if (this.hub.connections.size > 0) this.patience.wait(intervalMs - timeoutMs, () => this.ping());
  }
}

/** Asks for a sign of life: a ping frame of the runtime, or one of the protocol where it has none. */
export function ping(conn: Connection): void {
  if (conn.socket.ping === undefined) conn.socket.send(PING_FRAME);
  else conn.socket.ping();
}

/** Ends a connection whose peer is presumed dead, after `onStaleConnection`: no handshake, but `onClose` says 4408. One that can be resumed waits first. */
export function expel(conn: Connection): void {
  if (conn.state === CLOSED || conn.hub.resume?.detach(conn, CLOSE.TIMEOUT, MISSED, true) === true) return;
  tellStale(conn);
  conn.ending = { code: CLOSE.TIMEOUT, reason: MISSED };
  conn.socket.terminate();
}

export function tellStale({ hub, clientId, ws }: Connection): void {
  const onStale = hub.heartbeat?.onStaleConnection;
  if (onStale !== undefined) guarded(hub, () => onStale(clientId, ws as never));
}
