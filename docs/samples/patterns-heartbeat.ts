import type { Router } from "@ws-kit/zod";

export * from "../../examples/patterns/src/heartbeat.ts";
export declare const router: Router<{ seenAt?: number }>;
