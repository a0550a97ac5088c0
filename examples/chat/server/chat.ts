import { createHash, randomUUID } from "node:crypto";
import { type ConnectionContext, createRouter, WsKitError } from "@ws-kit/zod";
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
import { type Room, rooms, type User } from "./rooms.ts";

/** What this server knows about one connection. */
interface Meta {
  user?: User | undefined;
}

/** The topic of news about all rooms; every connection follows it. A room's own topic is its id. */
const LOBBY = "$lobby";

export const chat = createRouter<Meta>();

chat.onOpen((ctx) => {
  ctx.topics.subscribe(LOBBY);
  ctx.send(RoomList, roomList());
});

chat.onClose(leaveAllRooms);

chat.rpc(Authenticate, (ctx) => {
  const { username, token = randomUUID() } = ctx.payload;
  const userId = userIdOf(token);
  if (ctx.data.user) return ctx.error("FAILED_PRECONDITION", "You are logged in already");
  for (const { data } of chat.connections) {
    if (data.user?.username.toLowerCase() === username.toLowerCase() && data.user.userId !== userId) {
      return ctx.error("ALREADY_EXISTS", `Somebody here is called ${data.user.username}`);
    }
  }
  ctx.data.user = { userId, username };
  return { userId, username, token };
});

chat.on(LogOut, (ctx) => {
  leaveAllRooms(ctx);
  for (const roomId of rooms.keys()) ctx.topics.unsubscribe(roomId);
  ctx.data.user = undefined;
});

chat.rpc(JoinRoom, (ctx) => {
  const user = userOf(ctx);
  const room = rooms.get(ctx.payload.roomId);
  if (!room) return ctx.error("NOT_FOUND", `There is no room ${ctx.payload.roomId}`);

  ctx.topics.subscribe(room.id);
  if (room.join(user, ctx.clientId)) {
    ctx.publish(room.id, UserJoined, { roomId: room.id, ...user }, { excludeSelf: true });
    ctx.publish(LOBBY, RoomList, roomList());
  }
  return { roomId: room.id, history: room.history };
});

chat.on(LeaveRoom, (ctx) => {
  const room = joinedRoom(ctx, ctx.payload.roomId);
  ctx.topics.unsubscribe(room.id);
  leaveRoom(ctx, room);
});

chat.rpc(SendMessage, (ctx) => {
  const { roomId, text, attachment } = ctx.payload;
  const room = joinedRoom(ctx, roomId);
  const said = { messageId: randomUUID(), roomId, ...userOf(ctx), text, timestamp: ctx.receivedAt, attachment };
  room.remember(said);
  ctx.publish(roomId, ChatMessage, said, { excludeSelf: true });
  return said;
});

chat.on(TypingStart, (ctx) => tellTyping(ctx, ctx.payload.roomId, true));
chat.on(TypingStop, (ctx) => tellTyping(ctx, ctx.payload.roomId, false));

type Context = Pick<ConnectionContext<Meta>, "clientId" | "data" | "publish"> & {
  topics: { has(topic: string): boolean; list(): string[] };
};

function tellTyping(ctx: Context, roomId: string, typing: boolean): void {
  const room = joinedRoom(ctx, roomId);
  ctx.publish(room.id, UserTyping, { roomId, ...userOf(ctx), typing }, { excludeSelf: true });
}

function leaveRoom(ctx: Context, room: Room): void {
  const user = userOf(ctx);
  if (!room.leave(user, ctx.clientId)) return;
  ctx.publish(room.id, UserLeft, { roomId: room.id, ...user }, { excludeSelf: true });
  ctx.publish(LOBBY, RoomList, roomList());
}

function leaveAllRooms(ctx: Context): void {
  for (const topic of ctx.topics.list()) {
    const room = rooms.get(topic);
    if (room) leaveRoom(ctx, room);
  }
}

/** Throwing a WsKitError anywhere in a handler answers with it, as `ctx.error` does. */
function userOf({ data }: Context): User {
  if (!data.user) throw new WsKitError("UNAUTHENTICATED", "Log in first");
  return data.user;
}

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
