import { withoutPresence } from "../message/untold-topics.ts";
import { attempt } from "../base/when.ts";
import type { Connection } from "../state/connection.ts";
import type { Presences } from "../state/presence.ts";

/** `ctx.presence`. */
export class PresenceOf {
  private readonly conn: Connection;

  constructor(conn: Connection) {
    this.conn = conn;
  }

  track(topic: string, state: unknown): Promise<void> {
    return this.act(topic, (presence) => presence.track(this.conn, topic, state, false));
  }

  update(topic: string, part: unknown): Promise<void> {
    return this.act(topic, (presence) => presence.track(this.conn, topic, part, true));
  }

  untrack(topic: string): Promise<void> {
    return this.act(topic, (presence) => presence.untrack(this.conn, topic));
  }

  /** A refusal that nobody waits for is no unhandled rejection. */
  private act(topic: string, what: (presence: Presences<Connection>) => void | Promise<void>): Promise<void> {
    return attempt(() => {
      const { presence } = this.conn.hub;
      if (presence !== undefined) return what(presence);
      throw withoutPresence(topic);
    }) as Promise<void>;
  }
}
