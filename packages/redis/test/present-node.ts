import { until } from "@ws-kit/conformance/engines/world";
import { createRouter, message, type Router, topic } from "@ws-kit/core";
import { Hub, type Socket } from "@ws-kit/core/adapter";
import type { Engine } from "@ws-kit/core/extend";

const ANY = {
  "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value: value as object }) },
} as const;
const Room = topic("room", [], { presence: { state: ANY, graceMs: 0 } });
const Join = message("JOIN");

/** A node in this process, with one room, and what its log says. */
export class PresentNode {
  readonly router: Router<{ user: string }>;
  readonly hub: Hub;
  readonly lines: string[] = [];

  constructor(engine: Engine) {
    const keep = (...line: unknown[]): void => void this.lines.push(line.map(String).join(" "));
    const logger = { debug() {}, warn: keep, error: keep };
    this.router = createRouter<{ user: string }>({ engine, topics: [Room], identify: ({ user }) => user, logger });
    this.router.on(Join, async (ctx) => {
      await ctx.topics.subscribe(Room());
      await ctx.presence.track(Room(), {});
    });
    this.hub = new Hub(this.router);
  }

  /** @returns what ends it. */
  enter(user: string): () => void {
    const socket: Socket = { send: () => 1, close() {}, terminate() {}, getBufferedAmount: () => 0 };
    const conn = this.hub.adopt(socket, { user }, crypto.randomUUID());
    this.hub.opened(conn);
    this.hub.receive(conn, JSON.stringify({ type: "JOIN" }));
    return () => this.hub.close(conn, 1001, "");
  }

  /** Resolves when those are there, and nobody else. */
  async holds(users: readonly string[]): Promise<void> {
    let found: string[] = [];
    const look = async (): Promise<void> => {
      found = [...(await this.router.presence.list(Room())).keys()].toSorted();
    };
    await until(() => {
      void look().catch(() => {});
      return found.join() === users.join();
    });
  }
}
