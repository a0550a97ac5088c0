import { type Client, wsClient } from "@ws-kit/client";
import { WebSocket } from "ws";
import { Join, Said } from "./messages.ts";

/** How a client of a run finds out that its connection is dead. */
export const HEARTBEAT = { intervalMs: 2_000, timeoutMs: 2_000 } as const;

/** What followers hold against the nodes. */
export interface Broken {
  readonly twice: string[];
  /** By another node, after the client came there: a live topic remembers nobody. */
  readonly again: string[];
  readonly disordered: string[];
}

/** Who has heard of one publish. */
interface Hearing {
  readonly missing: Set<Follower>;
  readonly resolve: () => void;
}

/** All clients of a run that follow rooms, and what is waited for until all of a room have it. */
export class Followers {
  readonly all: readonly Follower[];
  private readonly byRoom = new Map<string, Follower[]>();
  private readonly hearings = new Map<string, Hearing>();
  received = 0;

  constructor(url: string, roomsOfEach: readonly (readonly string[])[], broken: Broken) {
    const heard = (id: string, by: Follower): void => this.heard(id, by);
    this.all = roomsOfEach.map((rooms) => new Follower(url, rooms, broken, heard));
    for (const follower of this.all) {
      for (const room of follower.rooms) this.byRoom.set(room, [...(this.byRoom.get(room) ?? []), follower]);
    }
  }

  get areOpen(): boolean {
    return this.all.every(({ client }) => client.state === "open");
  }

  /** Of all rooms together. */
  get members(): number {
    return this.all.reduce((sum, { rooms }) => sum + rooms.length, 0);
  }

  /** How many clients are in which state. */
  get states(): string {
    const counts: Record<string, number> = {};
    for (const { client } of this.all) counts[client.state] = (counts[client.state] ?? 0) + 1;
    return JSON.stringify(counts);
  }

  /** Resolves with whether all who follow the room have had it in time. */
  async haveAll(id: string, room: string, ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<boolean>((resolve) => {
        this.hearings.set(id, { missing: new Set(this.byRoom.get(room)), resolve: () => resolve(true) });
        timer = setTimeout(() => resolve(false), ms);
      });
    } finally {
      clearTimeout(timer);
      this.hearings.delete(id);
    }
  }

  private heard(id: string, by: Follower): void {
    this.received++;
    const hearing = this.hearings.get(id);
    if (hearing?.missing.delete(by) === true && hearing.missing.size === 0) hearing.resolve();
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(({ client }) => client.close()));
  }
}

/** One client: follows its rooms, wherever it lands. */
class Follower {
  readonly rooms: readonly string[];
  readonly client: Client;
  /** By id, which node published it as its how manieth, and on which connection it came. */
  private readonly seen = new Map<string, { readonly as: string; readonly connection: number }>();
  private connection = 0;
  private readonly last = new Map<string, number>();

  constructor(url: string, rooms: readonly string[], broken: Broken, heard: (id: string, by: Follower) => void) {
    this.rooms = rooms;
    this.client = wsClient({ url, WebSocket, heartbeat: HEARTBEAT });
    this.client.onState((state) => {
      if (state !== "open") return;
      // Another connection: what was numbered before may be heard of again from the start.
      this.last.clear();
      this.connection++;
      this.client.send(Join, { rooms: [...rooms] });
    });
    void this.client.connect();
    this.client.on(Said, ({ payload: { node, room, n, id } }) => {
      const key = `${node} ${room}`;
      const as = `${n} of ${key}`;
      const before = this.seen.get(id);
      if (before !== undefined) {
        // Another connection: its node may be behind the one before, and bring what that has brought.
        if (before.as === as && before.connection < this.connection) broken.again.push(id);
        else broken.twice.push(`${id} as ${before.as} and as ${as}`);
      }
      this.seen.set(id, { as, connection: this.connection });
      if (n <= (this.last.get(key) ?? 0)) broken.disordered.push(`${n} after ${this.last.get(key)} of ${key}`);
      this.last.set(key, n);
      heard(id, this);
    });
  }
}
