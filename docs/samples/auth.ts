import { wsClient } from "@ws-kit/client/zod";
import { createRouter, message, type Router, rpc, z } from "@ws-kit/zod";

export { bearerToken, cookies, serve } from "@ws-kit/bun";
export { createRouter, wsClient };

export const LogIn = rpc("LOG_IN", { token: z.string() }, "LOGGED_IN", {});
export const Post = message("POST", { text: z.string() });
export const CloseRoom = message("CLOSE_ROOM", { room: z.string() });
export const RoomClosed = message("ROOM_CLOSED", {});
export declare const router: Router<{ userId?: string; role?: string; exp?: number }>;
export declare const url: string;
export declare function showLogin(): void;
export declare const account: { accessToken(): Promise<string> };
export declare const sessions: { find(id: string | undefined): Promise<{ id: string; role: string } | undefined> };
export declare function verify(
  token: string | undefined,
): Promise<{ sub: string; role: string; exp: number } | undefined>;
export declare function save(userId: string, post: { text: string }): void;
