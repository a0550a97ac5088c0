import { type Router, rpc, z } from "@ws-kit/zod";
import { wsClient } from "@ws-kit/client";
import { streams } from "@ws-kit/client/streams";

export { rpc, z } from "@ws-kit/zod";
export { createTestServer } from "@ws-kit/testing";
export { wsClient } from "@ws-kit/client";
export { streams } from "@ws-kit/client/streams";
export { expect } from "vitest";

export const Translate = rpc(
  "TRANSLATE",
  { to: z.string() },
  "TRANSLATED",
  { sentences: z.number() },
  { stream: { fromClient: { text: z.string() }, fromServer: { text: z.string() } } },
);
export const Upload = rpc(
  "UPLOAD",
  { name: z.string() },
  "UPLOADED",
  { size: z.number() },
  {
    stream: { fromClient: { base64: z.base64() } },
  },
);
export declare const router: Router;
export declare const url: string;
export declare const file: File;
export declare const sentences: AsyncIterable<{ text: string }>;
export declare function translate(text: string, to: string): Promise<string>;
export declare function show(text: string): void;
const made = (): ReturnType<typeof make> => make();
const make = () => wsClient({ url, use: [streams()] });
export const client = made();
