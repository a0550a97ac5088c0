import { contract, createRouter, message } from "@ws-kit/zod";
import { wsClient } from "@ws-kit/client/zod";
import type { devtools as make } from "@ws-kit/devtools";

export { devtools } from "@ws-kit/devtools";
export { serve } from "@ws-kit/bun";
export { createTestServer } from "@ws-kit/testing";
export { writeFile } from "node:fs/promises";
export { expect, test } from "vitest";
export const router = createRouter();
export declare const tools: ReturnType<typeof make>;
export declare const app: { fetch(req: Request, env: object): Promise<Response> };
export declare function isStaff(cookie: string | null): boolean;
export const Chat = contract({ Say: message("SAY") });
export const client = wsClient({ url: "wss://example.com/ws" });
