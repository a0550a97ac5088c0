import type { InferInput, InferPayload } from "@ws-kit/zod";
import type { ChatMessage, RoomList, SendMessage } from "../shared/messages.ts";

export type Said = InferPayload<typeof ChatMessage>;
export type Attachment = NonNullable<InferInput<typeof SendMessage>["attachment"]>;
type Summary = InferPayload<typeof RoomList>["rooms"][number];

/** One line of a room: what somebody said, or what happened. */
export type Entry = { kind: "message"; message: Said } | { kind: "notice"; text: string; timestamp: number };

/** By user, each device that is in the room. */
export type People = ReadonlyMap<string, readonly { username: string; idle: boolean }[]>;

/** Most lines a page keeps of one room. */
const MAX_ENTRIES = 500;
/** How long a typing indicator outlives its last sign, in milliseconds. */
const TYPING_MS = 5000;

/** What the page knows of one room. */
export class Room {
  summary: Summary;
  /** Only ever added to at the end, and shortened at the beginning. */
  entries: Entry[] = [];
  /** Messages that arrived while the room was out of sight, and the first of them. */
  unread = 0;
  firstUnread: string | undefined;
  /** What has been written and not sent. */
  draft = "";
  people: People = new Map();
  readonly #typing = new Map<string, { username: string; timer: ReturnType<typeof setTimeout> }>();
  readonly #changed: () => void;

  constructor(summary: Summary, changed: () => void) {
    this.summary = summary;
    this.#changed = changed;
  }

  /** Names of those who are typing. */
  get typing(): string[] {
    return [...this.#typing.values()].map(({ username }) => username);
  }

  add(entry: Entry): void {
    this.entries.push(entry);
    if (this.entries.length > MAX_ENTRIES) this.entries.splice(0, MAX_ENTRIES / 5);
    this.#changed();
  }

  notice(text: string): void {
    this.add({ kind: "notice", text, timestamp: Date.now() });
  }

  /** Adds what is not here yet: after a lost connection the history holds what was missed, and much that was not. */
  catchUp(history: Said[]): void {
    const known = new Set(this.entries.map((entry) => (entry.kind === "message" ? entry.message.messageId : "")));
    for (const message of history) {
      if (!known.has(message.messageId)) this.add({ kind: "message", message });
    }
  }

  setTyping(userId: string, username: string): void {
    this.stopTyping(userId);
    // The sign that it ended may get lost with its sender's connection.
    const timer = setTimeout(() => this.stopTyping(userId), TYPING_MS);
    this.#typing.set(userId, { username, timer });
    this.#changed();
  }

  stopTyping(userId: string): void {
    clearTimeout(this.#typing.get(userId)?.timer);
    if (this.#typing.delete(userId)) this.#changed();
  }

  /** Nobody can be seen typing any more. */
  stopAllTyping(): void {
    for (const userId of this.#typing.keys()) this.stopTyping(userId);
  }

  /** Forgets everything but its name: one is no longer in it. */
  clear(): void {
    this.entries = [];
    this.unread = 0;
    this.firstUnread = undefined;
    this.draft = "";
    this.stopAllTyping();
  }
}
