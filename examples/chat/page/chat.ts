import { type ConnectionState, ServerError, wsClient } from "@ws-kit/client/zod";
import type { InferInput, InferPayload } from "@ws-kit/zod";
import {
  Authenticate,
  ChatMessage,
  JoinRoom,
  LeaveRoom,
  LogOut,
  RoomList,
  SendMessage,
  TypingStart,
  TypingStop,
  UserJoined,
  UserLeft,
  UserTyping,
} from "../shared/messages.ts";
import { forget, recall, remember, type Session } from "./session.ts";

export type Said = InferPayload<typeof ChatMessage>;
export type Attachment = NonNullable<InferInput<typeof SendMessage>["attachment"]>;

/** One line of a room: what somebody said, or what happened. */
export type Entry = { kind: "message"; message: Said } | { kind: "notice"; text: string; timestamp: number };

export interface Room {
  id: string;
  name: string;
  topic: string;
  userCount: number;
  entries: Entry[];
  /** Messages that arrived while the room was out of sight, and the first of them. */
  unread: number;
  firstUnread?: string | undefined;
  /** Who is typing: names and timers by user id. */
  typing: Map<string, { username: string; timer: ReturnType<typeof setTimeout> }>;
  draft: string;
}

/** Most lines a page keeps of one room. */
const MAX_ENTRIES = 500;
/** How long a typing indicator outlives its last sign, in milliseconds. */
const TYPING_MS = 5000;
/** How often to say that one is still typing, in milliseconds. */
const TYPING_EVERY_MS = 3000;

/** All that the page knows and can do, without any of its looks. */
export class Chat {
  connection: ConnectionState = "connecting";
  /** Whether the server knows on this connection who we are; until then nothing can be sent. */
  ready = false;
  /** Whether there has been a connection: before the first one it is being made, later it is lost. */
  everConnected = false;
  session: Session | undefined = recall();
  rooms = new Map<string, Room>();
  /** The room in sight. */
  current: Room | undefined;

  readonly #changed: () => void;
  readonly #failed: (message: string) => void;
  #lastTypingSign = 0;

  readonly #client = wsClient({
    url: `${location.origin.replace(/^http/, "ws")}/ws`,
    autoConnect: true,
    reconnect: { initialDelayMs: 300, maxDelayMs: 5000 },
    heartbeat: {},
    // A message that waited for a new connection would arrive there before we have said who we are.
    queue: "off",
  });

  /**
   * @param changed Called after every change.
   * @param failed Called with what the user should be told when something does not work.
   */
  constructor(changed: () => void, failed: (message: string) => void) {
    this.#changed = changed;
    this.#failed = failed;
    const client = this.#client;

    client.onState((state) => {
      this.connection = state;
      this.ready = false;
      for (const room of this.rooms.values()) nobodyTypes(room);
      if (state === "open") {
        this.everConnected = true;
        void this.#resume();
      }
      changed();
    });
    client.onError((error, { type }) => {
      if (type === "server") failed(error.message);
      // A lost connection has its banner.
      else if (type !== "connect" && type !== "lost") console.error(error);
    });

    client.on(RoomList, ({ payload }) => this.#updateRooms(payload.rooms));
    client.on(ChatMessage, ({ payload }) => this.#receive(payload));
    client.on(UserJoined, ({ payload }) => this.#notice(payload.roomId, `${payload.username} joined`));
    client.on(UserLeft, ({ payload }) => {
      this.#setTyping(payload.roomId, payload.userId, undefined);
      this.#notice(payload.roomId, `${payload.username} left`);
    });
    client.on(UserTyping, ({ payload }) => {
      this.#setTyping(payload.roomId, payload.userId, payload.typing ? payload.username : undefined);
    });
  }

  get unread(): number {
    return [...this.rooms.values()].reduce((sum, room) => sum + room.unread, 0);
  }

  /** @throws when the name is refused or the server cannot be reached. */
  async logIn(username: string): Promise<void> {
    await this.#client.connect();
    const { payload } = await this.#client.request(Authenticate, { username }, { timeoutMs: 10_000 });
    this.session = { ...payload, joined: [] };
    this.ready = true;
    remember(this.session);
    this.#changed();
  }

  logOut(): void {
    this.#client.send(LogOut);
    this.#endSession();
  }

  hasJoined(room: Room): boolean {
    return this.session?.joined.includes(room.id) === true;
  }

  /** Brings a room into sight, and joins it if need be. */
  open(roomId: string): void {
    const room = this.rooms.get(roomId);
    if (!room || !this.session || this.current === room) return;
    this.closeRoom();
    this.current = room;
    room.unread = 0;
    this.#saveSession({ current: roomId });
    if (!this.hasJoined(room) && this.ready) void this.#join(roomId);
  }

  /** Puts the room out of sight; one stays in it. */
  closeRoom(): void {
    if (!this.current) return;
    this.#stopTyping(this.current);
    this.current.firstUnread = undefined;
    this.current = undefined;
    this.#saveSession({ current: undefined });
  }

  /** Leaves the room in sight. */
  leave(): void {
    const room = this.current;
    if (!room || !this.session) return;
    this.closeRoom();
    if (this.ready) this.#client.send(LeaveRoom, { roomId: room.id });
    empty(room);
    this.#saveSession({ joined: this.session.joined.filter((roomId) => roomId !== room.id) });
  }

  /** What is in view has been read. */
  markRead(): void {
    if (!this.current || this.current.unread === 0) return;
    this.current.unread = 0;
    this.#changed();
  }

  /** Whether the message arrived; if not, the user has been told why. */
  async send(text: string, attachment: Attachment | undefined): Promise<boolean> {
    const room = this.current;
    if (!room) return false;
    this.#lastTypingSign = 0; // The message itself tells the others that the typing has ended.
    return this.#try(async () => {
      const message = { roomId: room.id, text, attachment };
      const { payload } = await this.#client.request(SendMessage, message, { timeoutMs: 10_000 });
      room.firstUnread = undefined;
      this.#add(room, { kind: "message", message: payload });
    });
  }

  /** Keeps the unsent text with its room, and lets the others know of it. */
  typed(draft: string): void {
    const room = this.current;
    if (!room) return;
    room.draft = draft;
    const now = Date.now();
    if (draft === "") {
      this.#stopTyping(room);
    } else if (this.ready && now - this.#lastTypingSign > TYPING_EVERY_MS) {
      this.#lastTypingSign = now;
      this.#client.send(TypingStart, { roomId: room.id });
    }
  }

  #stopTyping(room: Room): void {
    if (this.#lastTypingSign > 0 && this.ready) this.#client.send(TypingStop, { roomId: room.id });
    this.#lastTypingSign = 0;
  }

  reconnect(): void {
    this.#client.connect().catch(() => {}); // What goes wrong shows as a change of state.
  }

  /** After every new connection: says who we are and goes back into the rooms. */
  async #resume(): Promise<void> {
    if (!this.session) return;
    const { username, token, joined } = this.session;
    const known = await this.#try(async () => {
      await this.#client.request(Authenticate, { username, token });
    });
    if (known) {
      this.ready = true;
      for (const roomId of new Set([...joined, ...(this.current ? [this.current.id] : [])])) void this.#join(roomId);
    } else if (this.connection === "open") {
      this.#endSession();
    }
    this.#changed();
  }

  #join(roomId: string): Promise<boolean> {
    return this.#try(async () => {
      const { payload } = await this.#client.request(JoinRoom, { roomId });
      const room = this.rooms.get(roomId);
      if (!room || !this.session) return;
      // After a lost connection the history holds what was missed, and much that is here already.
      const known = new Set(room.entries.map((entry) => (entry.kind === "message" ? entry.message.messageId : "")));
      for (const message of payload.history) {
        if (!known.has(message.messageId)) this.#add(room, { kind: "message", message });
      }
      if (this.hasJoined(room)) return;
      this.#notice(roomId, "You joined");
      this.#saveSession({ joined: [...this.session.joined, roomId] });
    });
  }

  #updateRooms(list: InferPayload<typeof RoomList>["rooms"]): void {
    this.rooms = new Map(list.map((news) => [news.id, Object.assign(this.rooms.get(news.id) ?? newRoom(), news)]));
    if (!this.current && this.session?.current) this.open(this.session.current);
    this.#changed();
  }

  #receive(message: Said): void {
    const room = this.rooms.get(message.roomId);
    if (!room) return;
    this.#setTyping(message.roomId, message.userId, undefined);
    if ((room !== this.current || document.hidden) && message.userId !== this.session?.userId) {
      room.unread += 1;
      room.firstUnread ??= message.messageId;
    }
    this.#add(room, { kind: "message", message });
  }

  #notice(roomId: string, text: string): void {
    const room = this.rooms.get(roomId);
    if (room) this.#add(room, { kind: "notice", text, timestamp: Date.now() });
  }

  #add(room: Room, entry: Entry): void {
    room.entries.push(entry);
    if (room.entries.length > MAX_ENTRIES) room.entries.splice(0, MAX_ENTRIES / 5);
    this.#changed();
  }

  #setTyping(roomId: string, userId: string, username: string | undefined): void {
    const typing = this.rooms.get(roomId)?.typing;
    clearTimeout(typing?.get(userId)?.timer);
    typing?.delete(userId);
    if (username !== undefined) {
      // The sign that it ended may get lost with its sender's connection.
      const timer = setTimeout(() => this.#setTyping(roomId, userId, undefined), TYPING_MS);
      typing?.set(userId, { username, timer });
    }
    this.#changed();
  }

  #saveSession(change: Partial<Session>): void {
    if (this.session) remember(Object.assign(this.session, change));
    this.#changed();
  }

  #endSession(): void {
    this.session = undefined;
    this.ready = false;
    this.current = undefined;
    for (const room of this.rooms.values()) empty(room);
    forget();
    this.#changed();
  }

  async #try(action: () => Promise<void>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.#failed(error instanceof ServerError ? error.message : "That did not reach the server. Try again.");
      return false;
    }
  }
}

function newRoom(): Room {
  return { id: "", name: "", topic: "", userCount: 0, entries: [], unread: 0, typing: new Map(), draft: "" };
}

/** What a room that one is not in looks like. */
function empty(room: Room): void {
  Object.assign(room, { entries: [], unread: 0, firstUnread: undefined, draft: "" });
}

/** Forgets who is typing. */
function nobodyTypes({ typing }: Room): void {
  for (const { timer } of typing.values()) clearTimeout(timer);
  typing.clear();
}
