import { handlers } from "@ws-kit/client/parts";
import { presence } from "@ws-kit/client/presence";
import { type Client, type ConnectionState, type Opening, ServerError, wsClient } from "@ws-kit/client/zod";
import type { InferPayload } from "@ws-kit/zod";
import {
  Authenticate,
  ChatMessage,
  Idle,
  JoinRoom,
  KeepRoom,
  LeaveRoom,
  LogOut,
  People,
  RoomArchived,
  RoomList,
  SendMessage,
  TypingStart,
  TypingStop,
  UserJoined,
  UserLeft,
  UserTyping,
} from "../shared/messages.ts";
import { type Attachment, Room, type Said } from "./room.ts";
import { forget, recall, remember, type Session } from "./session.ts";

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
  #idle = false;

  readonly #client = wsClient({
    url: `${location.origin.replace(/^http/, "ws")}/ws`,
    autoConnect: true,
    reconnect: { initialDelayMs: 300, maxDelayMs: 5000 },
    heartbeat: {},
    // What cannot be sent now stays in the composer.
    queue: "off",
    use: [handlers(), presence()],
  });

  /**
   * @param changed Called after every change.
   * @param failed Called with what the user should be told when something does not work.
   * @param ask Called with what the user is asked, until the signal says that nobody waits for it any more.
   */
  constructor(
    changed: () => void,
    failed: (message: string) => void,
    ask: (question: string, signal: AbortSignal) => Promise<boolean>,
  ) {
    this.#changed = changed;
    this.#failed = failed;
    const client = this.#client;

    client.onOpen((opening) => this.#resume(opening));
    client.onState((state) => {
      this.connection = state;
      if (state === "open") this.everConnected = true;
      else this.ready = false;
      for (const room of this.rooms.values()) room.stopAllTyping();
      changed();
    });
    client.onError((error, { type }) => {
      if (type === "server") failed(error.message);
      // A lost connection has its banner.
      else if (type !== "connect" && type !== "lost") console.error(error);
    });

    client.handle(KeepRoom, async ({ payload, signal }) => ({
      keep: await ask(`${payload.name} is being archived. Keep it?`, signal),
    }));
    client.on(RoomArchived, ({ payload }) => {
      const room = this.rooms.get(payload.roomId);
      room?.clear();
      room?.notice("What was said here is archived");
    });
    client.on(RoomList, ({ payload }) => this.#updateRooms(payload.rooms));
    client.on(ChatMessage, ({ payload }) => this.#receive(payload));
    client.on(UserJoined, ({ payload }) => this.rooms.get(payload.roomId)?.notice(`${payload.username} joined`));
    client.on(UserLeft, ({ payload }) => {
      const room = this.rooms.get(payload.roomId);
      room?.stopTyping(payload.userId);
      room?.notice(`${payload.username} left`);
    });
    client.on(UserTyping, ({ payload }) => {
      const room = this.rooms.get(payload.roomId);
      if (payload.typing) room?.setTyping(payload.userId, payload.username);
      else room?.stopTyping(payload.userId);
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
    this.setIdle(this.#idle);
    remember(this.session);
    this.#changed();
  }

  logOut(): void {
    if (this.ready) this.#client.send(LogOut);
    this.#endSession();
  }

  hasJoined(room: Room): boolean {
    return this.session?.joined.includes(room.summary.id) === true;
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
    const { id } = room.summary;
    if (this.ready) this.#client.send(LeaveRoom, { roomId: id });
    room.clear();
    this.#saveSession({ joined: this.session.joined.filter((roomId) => roomId !== id) });
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
      const message = { roomId: room.summary.id, text, attachment };
      const { payload } = await this.#client.request(SendMessage, message, { timeoutMs: 10_000 });
      room.firstUnread = undefined;
      room.add({ kind: "message", message: payload });
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
      this.#client.send(TypingStart, { roomId: room.summary.id });
    }
  }

  /** Nobody is at this device, or somebody is again. */
  setIdle(idle: boolean): void {
    this.#idle = idle;
    if (this.ready) this.#client.send(Idle, { idle });
  }

  reconnect(): void {
    this.#client.connect().catch(() => {}); // What goes wrong shows as a change of state.
  }

  #stopTyping(room: Room): void {
    if (this.#lastTypingSign > 0 && this.ready) this.#client.send(TypingStop, { roomId: room.summary.id });
    this.#lastTypingSign = 0;
  }

  /** On every new connection: says who we are and goes back into the rooms. */
  async #resume(opening: Opening): Promise<void> {
    if (!this.session) return;
    if (opening.resumed) {
      // The server knows us, and where we are.
      this.ready = true;
      opening.send(Idle, { idle: this.#idle });
      return this.#changed();
    }
    const { username, token, joined, current } = this.session;
    try {
      await opening.request(Authenticate, { username, token });
    } catch (error) {
      // Without an answer this connection is lost as well, and the next one tries again.
      if (!(error instanceof ServerError) || error.retryable) return;
      this.#failed(error.message);
      return this.#endSession();
    }
    this.ready = true;
    opening.send(Idle, { idle: this.#idle });
    for (const roomId of new Set(current === undefined ? joined : [...joined, current]))
      void this.#join(roomId, opening);
    this.#changed();
  }

  #join(roomId: string, by: Pick<Client, "request"> = this.#client): Promise<boolean> {
    return this.#try(async () => {
      const { payload } = await by.request(JoinRoom, { roomId });
      const room = this.rooms.get(roomId);
      if (!room || !this.session) return;
      room.catchUp(payload.history);
      if (this.hasJoined(room)) return;
      room.notice("You joined");
      this.#saveSession({ joined: [...this.session.joined, roomId] });
    });
  }

  #updateRooms(summaries: InferPayload<typeof RoomList>["rooms"]): void {
    const known = this.rooms;
    this.rooms = new Map();
    for (const summary of summaries) {
      const room = known.get(summary.id) ?? this.#watched(new Room(summary, this.#changed));
      room.summary = summary;
      this.rooms.set(summary.id, room);
    }
    if (!this.current && this.session?.current !== undefined) this.open(this.session.current);
    this.#changed();
  }

  /** Hears from now on who is in the room. */
  #watched(room: Room): Room {
    const people = this.#client.subscribe(People({ roomId: room.summary.id }));
    people.onPresence(() => {
      room.people = new Map(people.presence);
      this.#changed();
    });
    return room;
  }

  #receive(message: Said): void {
    const room = this.rooms.get(message.roomId);
    if (!room) return;
    room.stopTyping(message.userId);
    if ((room !== this.current || document.hidden) && message.userId !== this.session?.userId) {
      room.unread += 1;
      room.firstUnread ??= message.messageId;
    }
    room.add({ kind: "message", message });
  }

  #saveSession(change: Partial<Session>): void {
    if (this.session) remember(Object.assign(this.session, change));
    this.#changed();
  }

  #endSession(): void {
    this.session = undefined;
    this.ready = false;
    this.current = undefined;
    for (const room of this.rooms.values()) room.clear();
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
