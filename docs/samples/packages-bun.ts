import type { Hono } from "hono";
import type { Router } from "@ws-kit/zod";

export { createBunHandler } from "@ws-kit/bun";

export declare const router: Router;
export declare const app: Hono<{ Bindings: Bun.Server<undefined> }>;
export declare function authenticate(req: Request): { name: string } | undefined;
