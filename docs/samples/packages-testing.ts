import type { Router } from "@ws-kit/zod";
import type { createTestServer as create } from "@ws-kit/testing";
import { message, rpc, z } from "@ws-kit/zod";

export { createTestServer } from "@ws-kit/testing";
export { TimeoutError } from "@ws-kit/client";
export { expect } from "vitest";

export const SlowReport = rpc("SLOW_REPORT", {}, "REPORT", {});
type Server = ReturnType<typeof create>;
export declare const server: Server;
export declare const ada: Awaited<ReturnType<Server["connect"]>>;
export declare const bob: Awaited<ReturnType<Server["connect"]>>;
export declare const router: Router;
export declare function authenticate(req: Request): { name: string } | undefined;
export const Join = message("JOIN", { room: z.string() });
export const Say = message("SAY", { room: z.string(), text: z.string() });
export const Said = message("SAID", { text: z.string() });
export const Profile = rpc("PROFILE", { user: z.string() }, "PROFILED", { name: z.string() });
export declare function mount(into: HTMLElement): void;
