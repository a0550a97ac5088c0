import { contract, createRouter, type Router, message, rpc, topic, z } from "@ws-kit/zod";
import { wsClient } from "@ws-kit/client/zod";
import type { MessageContext } from "@ws-kit/core";

export type { AnyRpc, RequestArgs } from "@ws-kit/client";
export { fingerprintOf } from "@ws-kit/core";
export type { Compatible, Message, Rpc } from "@ws-kit/core";
export { expectComplete } from "@ws-kit/testing";
export { serve } from "@ws-kit/bun";
export { expect } from "vitest";
export { contract, createRouter, message, rpc, topic, wsClient, z };

export const Join = message.fromClient("JOIN", { roomId: z.string() });
export const Said = message.fromServer("SAID", { from: z.string(), text: z.string() });
export const Import = rpc(
  "IMPORT",
  { file: z.string() },
  "IMPORTED",
  { rows: z.number() },
  { errors: { NOT_FOUND: { file: z.string() } } },
);
export const Room = topic("room:{roomId}", [Said]);
export const ChatV1 = contract({ Join, Said }, { name: "Chat", version: "1" });
export const Chat = contract({ Join, Said, Import, Room }, { name: "Chat", version: "2" });
export interface AppData {
  userId: string;
}
export declare const router: Router;
export declare const client: ReturnType<typeof wsClient>;
export declare const ctx: MessageContext<typeof Join>;
export declare const roomId: string;
export declare const from: string;
export declare const text: string;
export declare const url: string;
export declare const file: string;
export declare function user(req: Request): Promise<AppData>;
export declare function show(...what: unknown[]): void;
export declare function missing(...what: unknown[]): void;
