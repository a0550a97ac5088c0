import { type Client, wsClient } from "@ws-kit/client";
import { WebSocket } from "ws";
import { HEARTBEAT } from "./followers.ts";
import { Enter, Recorded, Room } from "./messages.ts";

/** What clients hold, of all that they have been told; nothing here is the servers' word. */
export class RecordedFollowers {
  readonly all: readonly RecordedFollower[];
  /** Which message stands where, as whoever came first has it. */
  private readonly ids = new Map<string, string>();
  readonly wrong: string[] = [];
  received = 0;
  gaps = 0;
  /** How often for which reason. */
  readonly reasons: { [reason: string]: number } = {};

  /** @param isDense Whether offsets rise by one. */
  constructor(url: string, roomsOfEach: readonly (readonly string[])[], isDense: boolean) {
    this.all = roomsOfEach.map((rooms, i) => new RecordedFollower(url, rooms, i % 2 === 0, isDense, this));
  }

  get areOpen(): boolean {
    return this.all.every((follower) => follower.hasEntered);
  }

  /** Everybody has the message in the same place. */
  place(key: string, id: string): void {
    this.received++;
    const there = this.ids.get(key);
    if (there === undefined) this.ids.set(key, id);
    else if (there !== id) this.wrong.push(`${key} is ${there} and ${id}`);
  }

  /** Messages that somebody lacks who follows their room and was told of no gap there. */
  missing(recorded: readonly { readonly room: string; readonly id: string }[]): string[] {
    return recorded.flatMap(({ room, id }) =>
      this.all.filter((follower) => follower.lacks(room, id)).map((_, i) => `${id} in ${room} (${i})`),
    );
  }

  haveAll(room: string, id: string): boolean {
    return this.all.every((follower) => !follower.rooms.includes(room) || follower.has(room, id));
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(({ client }) => client.close()));
  }
}

/** What one client has of one room. */
interface Held {
  readonly ids: Set<string>;
  gaps: number;
  /** Where it stands, unless a gap was told since. */
  place: { readonly epoch: string; readonly offset: number } | undefined;
}

/** One client: its rooms are followed by a handler of the server, or it asks for them by itself. */
class RecordedFollower {
  readonly client: Client;
  hasEntered = false;
  readonly rooms: readonly string[];
  private readonly held = new Map<string, Held>();
  private readonly of: RecordedFollowers;
  private readonly isDense: boolean;

  constructor(url: string, rooms: readonly string[], byServer: boolean, isDense: boolean, of: RecordedFollowers) {
    this.rooms = rooms;
    this.of = of;
    this.isDense = isDense;
    for (const id of rooms) this.held.set(Room({ id }), { ids: new Set(), gaps: 0, place: undefined });
    this.client = wsClient({ url, WebSocket, heartbeat: HEARTBEAT });
    this.client.on(Recorded, (received) => {
      const { payload, position, topic } = received as typeof received & Where;
      this.hear(topic, position, payload.id);
    });
    this.client.onError((error, { type, message }) => type === "gap" && this.miss(String(message), reasonOf(error)));
    if (byServer) this.client.onState((state) => void (state === "open" && this.enter()));
    else void this.ask();
    void this.client.connect();
  }

  /** As a page does that joins again on each connection, and tries again where the server cannot now. */
  private async enter(): Promise<void> {
    for (this.hasEntered = false; !this.hasEntered && this.client.state === "open";) {
      this.hasEntered = await this.client.request(Enter, { rooms: [...this.rooms] }, { timeoutMs: 5_000 }).then(
        () => true,
        () => false,
      );
      if (!this.hasEntered) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private async ask(): Promise<void> {
    const subscriptions = this.rooms.map((id) =>
      this.client.subscribe(Room({ id }), { onGap: ({ topic, reason }) => this.miss(topic, reason) }),
    );
    await Promise.all(subscriptions.map(({ ready }) => ready));
    this.hasEntered = true;
  }

  has(room: string, id: string): boolean {
    return this.held.get(Room({ id: room }))?.ids.has(id) === true;
  }

  lacks(room: string, id: string): boolean {
    const held = this.held.get(Room({ id: room }));
    return held !== undefined && held.gaps === 0 && !held.ids.has(id);
  }

  private miss(topic: string, reason: string): void {
    const { of } = this;
    of.gaps++;
    of.reasons[reason] = (of.reasons[reason] ?? 0) + 1;
    const held = this.held.get(topic);
    if (held === undefined) return;
    held.gaps++;
    held.place = undefined;
  }

  private hear(topic: string, position: Where["position"], id: string): void {
    const held = this.held.get(topic);
    const { wrong } = this.of;
    if (held === undefined) return void wrong.push(`${id} of ${topic}, which nobody asked for`);
    const { epoch, offset } = position;
    this.of.place(`${topic} ${epoch} ${offset}`, id);
    const { place } = held;
    if (place !== undefined && offset <= place.offset) wrong.push(`${topic}: ${offset} after ${place.offset}`);
    if (this.isDense && place !== undefined && offset !== place.offset + 1) {
      wrong.push(`${topic}: ${offset} after ${place.offset}, and no gap`);
    }
    held.place = { epoch, offset };
    if (held.ids.has(id) && held.gaps === 0) wrong.push(`${topic}: ${id} twice`);
    held.ids.add(id);
  }
}

/** Of "Messages of room:7 were missed (epoch)". */
function reasonOf(error: unknown): string {
  return /\((\S+)\)$/.exec(String(error))?.[1] ?? "";
}

interface Where {
  readonly topic: string;
  readonly position: { readonly epoch: string; readonly offset: number };
}
