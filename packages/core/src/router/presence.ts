import type { Members } from "../api/presence.ts";
import { withoutPresence } from "../message/untold-topics.ts";
import type { MaybePresent } from "../message/presence.ts";
import type { Listener } from "../state/connection.ts";
import type { Presences } from "../state/presence.ts";

type AnyPresences = Pick<Presences<never>, "list" | "count">;

/** `router.presence`: who is there, on every node that serves the router. */
export class RouterPresence {
  private readonly hubs: () => Iterable<Listener>;

  constructor(hubs: () => Iterable<Listener>) {
    this.hubs = hubs;
  }

  /**
   * Who is there: by member, what each of its connections says of itself, in the order in which they came.
   * @throws WsKitError FAILED_PRECONDITION for a topic that has no presence, as a rejection.
   *
   * @example for (const [userId, [{ name }]] of await router.presence.list(Room({ roomId }))) greet(userId, name);
   */
  async list<Out>(topic: string & MaybePresent<unknown, Out>): Promise<Members<Out>> {
    const all = new Map<string, Out[]>();
    for (const presence of this.presences(topic)) {
      for (const [key, states] of await presence.list(topic)) {
        all.set(key, [...(all.get(key) ?? []), ...(states as Out[])]);
      }
    }
    return all;
  }

  /**
   * How many members are there.
   * @throws WsKitError as `list` does.
   */
  async count(topic: string & MaybePresent): Promise<number> {
    const [first, ...others] = this.presences(topic);
    return others.length === 0 && first !== undefined ? first.count(topic) : (await this.list(topic)).size;
  }

  /** One, unless several routers that are served have this one in them. */
  private presences(topic: string): AnyPresences[] {
    const hubs = [...this.hubs()];
    const found = [...new Set(hubs.map(({ presence }) => presence))].filter((presence) => presence !== undefined);
    if (found.length > 0 || hubs.length === 0) return found;
    throw withoutPresence(topic);
  }
}
