import { Patience } from "../base/patience.ts";
import type { Listener } from "../state/connection.ts";
import { expel, ping } from "./heartbeat.ts";

/** How often connections are looked at, in milliseconds. */
const ROUND_MS = 15_000;

/** Rounds of silence, 60 s, after which a peer is pinged. */
const PING_AT = 4;

/** Rounds of silence, of 60 s more, after which it is presumed dead. */
const DEAD_AT = 8;

/**
 * Where no heartbeat is configured: a peer that is gone without a word does not stay for ever. A ping of the transport
 * after 60 s of silence, which a healthy peer answers by itself, and 60 s to answer it.
 */
export class SilenceWatch {
  private readonly hub: Listener;
  private readonly patience: Patience;

  constructor(hub: Listener) {
    this.hub = hub;
    this.patience = new Patience(hub.clock);
  }

  start(): void {
    if (!this.patience.waiting) this.patience.wait(ROUND_MS, () => this.round());
  }

  stop(): void {
    this.patience.stop();
  }

  private round(): void {
    for (const conn of this.hub.connections) {
      // Who is not read cannot be heard; and not everybody knows `$ws:ping`.
      if (this.hub.laggards.rests(conn) || conn.socket.ping === undefined) continue;
      conn.silent++;
      if (conn.silent === PING_AT) ping(conn);
      else if (conn.silent >= DEAD_AT) expel(conn);
    }
    if (this.hub.connections.size > 0) this.start();
  }
}
