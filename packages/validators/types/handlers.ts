import type {
  CloseContext,
  MessageContext,
  MessageHandler,
  Middleware,
  MiddlewareContext,
  OpenContext,
  RequestHandler,
  RpcContext,
  RpcHandler,
} from "@ws-kit/zod";
import { same } from "./equal.ts";
import { type Ask, Dated, type GetUser, type Import, Join, Ping, Traced } from "./zod.ts";

/** What a connection carries. */
export interface AppData {
  userId?: string;
  roles: string[];
}

// Handlers declared away from the router, by the types alone.

export const onJoin: MessageHandler<typeof Join, AppData> = (ctx) => {
  same<typeof ctx.payload, { room: string; seats?: number | undefined }>();
  same<typeof ctx.data.userId, string | undefined>();
  same<typeof ctx.data.clientId, string>();
  ctx.assignData({ userId: "u1" });
  // @ts-expect-error -- not in the data
  ctx.assignData({ user: "u1" });
  ctx.send(Ping);
  ctx.send(Join, { room: ctx.payload.room });
  // @ts-expect-error -- the payload is missing
  ctx.send(Join);
  // @ts-expect-error -- a wrong payload
  ctx.send(Join, { room: 5 });
  // @ts-expect-error -- an unknown key
  ctx.send(Join, { room: "a", seat: 5 });
  // @ts-expect-error -- the sender gives the input side
  ctx.send(Dated, { at: new Date() });
  ctx.send(Dated, { at: new Date().toISOString() });
  ctx.send(Traced, { n: 1 }, { meta: { trace: "t", at: "2026-03-01T12:00:00Z" } });
  // @ts-expect-error -- the meta is required
  ctx.send(Traced, { n: 1 });
  // @ts-expect-error -- of another type
  ctx.send(Traced, { n: 1 }, { meta: { trace: 5, at: "2026-03-01T12:00:00Z" } });
  void ctx.publish("room", Join, { room: "a" }, { excludeSelf: true, filter: (data) => data.roles.includes("admin") });
  // @ts-expect-error -- a wrong payload
  void ctx.publish("room", Join, { room: 5 });
  // @ts-expect-error -- a reply outside an rpc
  ctx.reply(Join, { room: "a" });
  // @ts-expect-error -- progress outside an rpc
  ctx.progress({ done: 1 });
  ctx.error("NOT_FOUND", "No such room", { anything: true });
  // @ts-expect-error -- not a gRPC code
  ctx.error("NO_SUCH_ROOM", "No such room");
};

export const onTraced: MessageHandler<typeof Traced, AppData> = (ctx) => {
  same<typeof ctx.meta.trace, string>();
  same<typeof ctx.meta.at, Date>();
  same<typeof ctx.meta.timestamp, number | undefined>();
};

export const getUser: RpcHandler<typeof GetUser, AppData> = (ctx) => {
  same<typeof ctx.payload, { id: string }>();
  ctx.reply({ id: "u1", born: "2026-03-01T12:00:00Z" });
  // @ts-expect-error -- the response lacks a key
  ctx.reply({ id: "u1" });
  // @ts-expect-error -- the response is missing
  ctx.reply();
  // @ts-expect-error -- this rpc declares no progress
  ctx.progress({ done: 1 });
};

export const returnsUser: RpcHandler<typeof GetUser, AppData> = async (ctx) =>
  Promise.resolve({ id: ctx.payload.id, born: "2026-03-01T12:00:00Z" });

// @ts-expect-error -- returns something else than the response
export const wrongReturn: RpcHandler<typeof GetUser, AppData> = () => ({ id: 5 });

export const runImport: RpcHandler<typeof Import, AppData> = (ctx) => {
  ctx.progress({ done: 1 });
  // @ts-expect-error -- not what it reports
  ctx.progress({ done: "1" });
  ctx.error("NOT_FOUND", "No such file", { file: ctx.payload.file });
  ctx.error("ABORTED", "Stopped", "disk", { retryable: true });
  // @ts-expect-error -- this code declares details
  ctx.error("NOT_FOUND", "No such file");
  // @ts-expect-error -- others than declared
  ctx.error("NOT_FOUND", "No such file", { name: "a" });
  ctx.error("INTERNAL", "Undeclared codes take anything", { why: 5 });
  ctx.reply();
};

/** A plain message answered with another one. */
export const askPlain: RequestHandler<typeof Join, AppData> = (ctx) => {
  ctx.reply(Join, { room: ctx.payload.room });
  // @ts-expect-error -- a wrong payload
  ctx.reply(Join, { room: 5 });
};

export function viaContext(ctx: RpcContext<typeof Ask, AppData>): void {
  same<typeof ctx.meta.trace, string>();
  ctx.reply({ room: "a" });
}

export const logged: Middleware<MiddlewareContext<AppData>> = (ctx, next) => {
  same<typeof ctx.payload, unknown>();
  return ctx.data.roles.length > 0 ? next() : undefined;
};

export function opened(ctx: OpenContext<AppData>): void {
  ctx.send(Join, { room: "lobby" });
  // @ts-expect-error -- nothing has arrived yet
  void ctx.payload;
}

export function closed(ctx: CloseContext<AppData>): void {
  same<typeof ctx.code, number>();
  // @ts-expect-error -- nobody is there any more
  ctx.send(Join, { room: "lobby" });
}

export function generic(ctx: MessageContext<typeof Join>): void {
  // Without a type of its own, anything may be kept in the data.
  ctx.data["whatever"] = 5;
}
