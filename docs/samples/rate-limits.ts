export { rateLimit } from "@ws-kit/rate-limit";
import { type Router, createRouter, rpc, z } from "@ws-kit/zod";

export { createRouter };
export const Ask = rpc("ASK", { question: z.string() }, "ANSWER", { text: z.string() });
export declare const router: Router;
