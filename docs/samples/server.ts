import type { Server } from "node:http";
import type { Express } from "express";
import type { Hono } from "hono";
import type { MessageContext } from "@ws-kit/core";
import { type Router, createRouter, message, rpc, topic, z } from "@ws-kit/zod";

export { default as express } from "express";
export { default as session } from "express-session";
export { bearerToken, createBunHandler, serve } from "@ws-kit/bun";
export { createNodeHandler } from "@ws-kit/node";
export { getSignedCookie } from "hono/cookie";
export { createRouter, message, rpc, topic, z };

declare module "express-session" {
  interface SessionData {
    user: string;
  }
}

export interface User {
  id: string;
  userId: string;
  banned: boolean;
}
export declare const users: {
  find(id: string): Promise<{ id: string; name: string } | undefined>;
  byToken(token: string | undefined): Promise<User | undefined>;
};
export const Say = message("SAY", { text: z.string() });
export const Said = message("SAID", { text: z.string() });
export const Typing = message("TYPING", {});
export const Post = message("POST", { text: z.string() });
export const Report = message("REPORT", { text: z.string() });
export const Join = message("JOIN", { id: z.string() });
export const Snapshot = message("SNAPSHOT", { texts: z.array(z.string()) });
export const Room = topic("room:{id}", [Said], { history: {} });
export declare const payload: { text: string };
export declare const router: Router<{ userId?: string; role?: string; user?: string }>;
export declare const ctx: MessageContext<typeof Say>;
export declare function save(userId: string, post: { text: string }): void;
export declare function open(name: string): Promise<Sheet | undefined>;
interface Sheet {
  readonly count: number;
  rows(options: { signal: AbortSignal }): AsyncIterable<number>;
}
export declare function snapshotOf(id: string): Promise<{ texts: string[] }>;
export declare function isMember(userId: string | undefined, room: string): Promise<boolean>;
export declare function verify(token: string | undefined): Promise<{ sub: string; exp: number }>;
export declare const secret: string;
export declare const server: Server;
export declare const app: { use: Express["use"] } & Omit<Hono<{ Bindings: Bun.Server<undefined> }>, "use">;
export const Away = message("AWAY", { user: z.string().optional() });
export const Back = message("BACK", { user: z.string().optional() });
