import { readOn } from "../dispatch/ahead.ts";
import type { Listener } from "../state/connection.ts";
import { CLOSING } from "../state/phases.ts";
import { ping } from "./heartbeat.ts";

/** How often those that are behind are looked at, and how long one may be paused before anybody does, in milliseconds. */
const ROUND_MS = 2_000;

/**
 * Finds out whether the peers of paused connections are still there, by a timer that runs while there are any. A peer that
 * has ended its half is found by reading up to there; one that has gone altogether by a ping, which its kernel answers
 * with a reset.
 */
export class LagWatch {
  private timer: unknown;
  private readonly hub: Listener;

  constructor(hub: Listener) {
    this.hub = hub;
  }

  start(): void {
    this.timer ??= this.hub.clock.setTimeout(() => this.round(), ROUND_MS);
  }

  stop(): void {
    if (this.timer !== undefined) this.hub.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private round(): void {
    const { clock, laggards } = this.hub;
    this.timer = undefined;
    const before = clock.monotonic() - ROUND_MS;
    for (const [conn, lag] of laggards) {
      if (conn.state >= CLOSING || lag.since > before) continue;
      readOn(conn, lag);
      if (conn.state < CLOSING && conn.socket.ping !== undefined) ping(conn);
    }
    if (laggards.size > 0) this.start();
  }
}
