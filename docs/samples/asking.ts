import { type RpcContext, type Router, rpc, z } from "@ws-kit/zod";

export { isRequestError, rpc, z } from "@ws-kit/zod";
export { createTestServer } from "@ws-kit/testing";
export { expect } from "vitest";

export const Confirm = rpc.fromServer(
  "CONFIRM",
  { text: z.string() },
  "CONFIRMED",
  { yes: z.boolean() },
  { progress: { seen: z.boolean() }, errors: { ABORTED: { why: z.string() } } },
);
export const Archive = rpc("ARCHIVE", undefined, "ARCHIVED", { kept: z.boolean() });
export declare const router: Router;
export declare const ctx: RpcContext<typeof Archive>;
export declare const url: string;
export declare function note(...what: unknown[]): void;
export declare function gone(): void;
export declare function dialog(text: string, options: { signal: AbortSignal }): Promise<boolean | undefined>;
