import type { InferPayload } from "@ws-kit/zod";
import type { ChatMessage } from "../shared/messages.ts";

/** Most messages a room remembers for those who join later. */
const HISTORY_SIZE = 50;

export interface User {
  userId: string;
  username: string;
}

type Said = InferPayload<typeof ChatMessage>;

/** One room, in memory: who is in it and what was said last. */
export class Room {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly history: Said[] = [];
  /** When it was last of use, in milliseconds since the epoch. */
  #usedAt = 0;
  /** Connections by user: after a lost network the same user is here twice until the old connection is found dead. */
  readonly #members = new Map<string, Set<string>>();

  constructor(id: string, name: string, topic: string) {
    this.id = id;
    this.name = name;
    this.topic = topic;
  }

  /** Whether this is the user's first connection in the room, so that the others should hear of it. */
  join({ userId }: User, clientId: string): boolean {
    const connections = this.#members.get(userId);
    connections?.add(clientId);
    if (!connections) this.#members.set(userId, new Set([clientId]));
    return !connections;
  }

  /** Whether that was the user's last connection in the room. */
  leave({ userId }: User, clientId: string): boolean {
    const connections = this.#members.get(userId);
    return connections?.delete(clientId) === true && connections.size === 0 && this.#members.delete(userId);
  }

  touch(): void {
    this.#usedAt = Date.now();
  }

  /** Whether there is something to forget, and nobody has added to it for so many milliseconds. */
  isQuietFor(ms: number): boolean {
    return this.history.length > 0 && Date.now() - this.#usedAt >= ms;
  }

  remember(message: Said): void {
    this.touch();
    this.history.push(message);
    if (this.history.length > HISTORY_SIZE) this.history.shift();
  }

  summary(): { id: string; name: string; topic: string; userCount: number } {
    return { id: this.id, name: this.name, topic: this.topic, userCount: this.#members.size };
  }
}

export const rooms: ReadonlyMap<string, Room> = new Map(
  [
    new Room("general", "General", "Anything and everything"),
    new Room("random", "Random", "Off topic is on topic here"),
    new Room("help", "Help", "Ask, and someone may answer"),
  ].map((room) => [room.id, room]),
);
