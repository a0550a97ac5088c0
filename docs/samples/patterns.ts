import { createRouter, message, type Router, rpc, z } from "@ws-kit/zod";

export { createRouter, message, z };

interface Data {
  userId: string;
  role?: string;
  seenAt?: number;
  features?: string[];
}
export const SUPPORTED: string[] = ["images", "replies"];
export const Notice = message("NOTICE", { text: z.string() });
export const Flag = message("FLAG", { room: z.string() });
export const Flagged = message("FLAGGED", { by: z.string() });
export const Say = message("SAY", { text: z.string() });
export const Send = message("SEND", { text: z.string(), format: z.enum(["plain", "markdown"]) });
export const SendV1 = message("SEND", { text: z.string() });
export const Ask = rpc("ASK", { question: z.string() }, "ANSWER", { text: z.string() });
export const Hello = rpc("HELLO", { features: z.array(z.string()) }, "WELCOME", { features: z.array(z.string()) });
export declare const router: Router<Data>;
export declare const quota: { take(userId: string, count: number): Promise<number> };
export declare function deliver(sent: { text: string; format: "plain" | "markdown" }): void;
