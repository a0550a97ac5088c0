import { createHash, randomUUID } from "node:crypto";
import { rateLimit } from "@ws-kit/rate-limit";
import { type CloseContext, createRouter, WsKitError } from "@ws-kit/zod";
import {
  Authenticate,
  ChatMessage,
  Idle,
  JoinRoom,
  LeaveRoom,
  LogOut,
  People,
  RoomList,
  SendMessage,
  TypingStart,
  TypingStop,
  UserJoined,
  UserLeft,
  UserTyping,
} from "../shared/messages.ts";
import { engine } from "./engine.ts";
import { type Room, rooms, type User } from "./rooms.ts";

/** What this server knows about one connection. */
interface Meta {
  user?: User | undefined;
  /** Of the user: connections of one are devices of one of the `People`. */
  userId?: string | undefined;
  /** Nobody is at this device. */
  idle?: boolean;
}

/** The topic of news about all rooms; every connection follows it. A room's own topic is its id. */
const LOBBY = "$lobby";

export const chat = createRouter<Meta>({
  // A tunnel is no reason to leave.
  resume: true,
  topics: [People],
  ...(engine !== undefined && { engine }),
});

chat.topic(People, { authorize: ({ roomId }) => rooms.has(roomId) });

chat.onOpen((ctx) => {
  ctx.topics.subscribe(LOBBY);
  ctx.send(RoomList, roomList());
});

chat.onClose((ctx) => {
  if (ctx.data.user) leaveAllRooms(ctx, ctx.data.user);
});

chat.rpc(Authenticate, (ctx) => {
  const { username, token = randomUUID() } = ctx.payload;
  const userId = userIdOf(token);
  if (ctx.data.user) return ctx.error("FAILED_PRECONDITION", "You are logged in already");
  for (const { data } of chat.connections) {
    if (data.user?.username.toLowerCase() === username.toLowerCase() && data.user.userId !== userId) {
      return ctx.error("ALREADY_EXISTS", `Somebody here is called ${data.user.username}`);
    }
  }
  Object.assign(ctx.data, { userId, user: { userId, username } });
  return { userId, username, token };
});

chat.on(LogOut, (ctx) => {
  if (ctx.data.user) leaveAllRooms(ctx, ctx.data.user);
  for (const roomId of rooms.keys()) {
    ctx.topics.unsubscribe(roomId);
    void ctx.presence.untrack(People({ roomId }));
  }
  Object.assign(ctx.data, { user: undefined, userId: undefined });
});

type Member = { user: User; idle?: boolean; clientId: string };

/** The rest is for those who have logged in; others are answered UNAUTHENTICATED. */
const members = chat.guard((data): data is Member => data.user !== undefined, { message: "Log in first" });

members.rpc(JoinRoom, async (ctx) => {
  const { user, idle = false } = ctx.data;
  const room = rooms.get(ctx.payload.roomId);
  if (!room) return ctx.error("NOT_FOUND", `There is no room ${ctx.payload.roomId}`);

  ctx.topics.subscribe(room.id);
  const people = People({ roomId: room.id });
  await ctx.topics.subscribe(people);
  await ctx.presence.track(people, { username: user.username, idle });
  if (room.join(user, ctx.clientId)) {
    ctx.publish(room.id, UserJoined, { roomId: room.id, ...user }, { excludeSelf: true });
    tellRooms(ctx);
  }
  return { roomId: room.id, history: room.history };
});

members.on(LeaveRoom, (ctx) => {
  const room = joinedRoom(ctx, ctx.payload.roomId);
  ctx.topics.unsubscribe(room.id);
  void ctx.presence.untrack(People({ roomId: room.id }));
  leaveRoom(ctx, ctx.data.user, room);
});

members.on(Idle, (ctx) => {
  ctx.data.idle = ctx.payload.idle;
  for (const roomId of rooms.keys()) {
    if (ctx.topics.has(roomId)) void ctx.presence.update(People({ roomId }), ctx.payload);
  }
});

/** One message a second, ten at once: the page waits and tries again by itself. */
members.use(SendMessage, rateLimit({ limit: 10, perMs: 10_000, by: (ctx) => ctx.data.user.userId }));

members.rpc(SendMessage, (ctx) => {
  const { roomId, text, attachment } = ctx.payload;
  const room = joinedRoom(ctx, roomId);
  const said = { messageId: randomUUID(), roomId, ...ctx.data.user, text, timestamp: ctx.receivedAt, attachment };
  room.remember(said);
  ctx.publish(roomId, ChatMessage, said, { excludeSelf: true });
  return said;
});

members.on(TypingStart, (ctx) => tellTyping(ctx, ctx.payload.roomId, ctx.data.user, true));
members.on(TypingStop, (ctx) => tellTyping(ctx, ctx.payload.roomId, ctx.data.user, false));

/** What the functions below need of a context; even `onClose` has it. */
type Context = Pick<CloseContext, "clientId" | "publish" | "topics">;

function tellTyping(ctx: Context, roomId: string, user: User, typing: boolean): void {
  joinedRoom(ctx, roomId);
  ctx.publish(roomId, UserTyping, { roomId, ...user, typing }, { excludeSelf: true });
}

function leaveRoom(ctx: Context, user: User, room: Room): void {
  if (!room.leave(user, ctx.clientId)) return;
  ctx.publish(room.id, UserLeft, { roomId: room.id, ...user }, { excludeSelf: true });
  tellRooms(ctx);
}

function leaveAllRooms(ctx: Context, user: User): void {
  for (const topic of ctx.topics.list()) {
    const room = rooms.get(topic);
    if (room) leaveRoom(ctx, user, room);
  }
}

/** Who is in which room each process counts for itself: other processes tell their own pages. */
function tellRooms(ctx: Context): void {
  ctx.publish(LOBBY, RoomList, roomList(), { local: true });
}

/** Throwing a WsKitError anywhere in a handler answers with it, as `ctx.error` does. */
function joinedRoom(ctx: Context, roomId: string): Room {
  const room = rooms.get(roomId);
  if (!room || !ctx.topics.has(roomId)) throw new WsKitError("PERMISSION_DENIED", `You are not in the room ${roomId}`);
  return room;
}

/** The same token gives the same id, whichever process is asked: users keep theirs when this server restarts. */
function userIdOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url").slice(0, 12);
}

function roomList(): { rooms: ReturnType<Room["summary"]>[] } {
  return { rooms: [...rooms.values()].map((room) => room.summary()) };
}
