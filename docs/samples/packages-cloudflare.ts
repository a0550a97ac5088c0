import type { Hono } from "hono";
import { type Router, message, rpc, z } from "@ws-kit/zod";

export { createDurableObject, createWorker } from "@ws-kit/cloudflare";
export { createRouter } from "@ws-kit/zod";

export interface Env {
  ROOMS: DurableObjectNamespace<Room>;
}
interface Room extends Rpc.DurableObjectBranded {
  announce(text: string): Promise<number>;
}
export interface Data {
  user: string;
}
export const History = rpc("HISTORY", {}, "MESSAGES", { messages: z.array(z.string()) });
export const Whisper = message("WHISPER", { to: z.string(), text: z.string() });
export const Whispered = message("WHISPERED", { text: z.string() });
export const Announcement = message("ANNOUNCEMENT", { text: z.string() });
export declare const router: Router<Data>;
export declare const env: Env;
export declare const app: Hono<{ Bindings: Env }>;
export declare function verify(token: string | undefined): Promise<Data | undefined>;
