import { type Router, createRouter, message, z } from "@ws-kit/zod";

export { redisEngine } from "@ws-kit/redis";
export { createCluster } from "redis";
export { createRouter };

export const Refresh = message("REFRESH", { sinceMs: z.number() });
export declare const router: Router;
