import { contract, createRouter, type Router, message, rpc, topic, z } from "@ws-kit/zod";
import { wsClient } from "@ws-kit/client/zod";

export { fingerprintOf } from "@ws-kit/zod";
export type { Compatible, ToJsonSchema } from "@ws-kit/zod";
export { expectComplete } from "@ws-kit/testing";
export { contract, createRouter, message, rpc, topic, wsClient, z };

export const Join = message.fromClient("JOIN", { roomId: z.string() });
export const Said = message.fromServer("SAID", { from: z.string(), text: z.string() });
export const Import = rpc("IMPORT", { file: z.string() }, "IMPORTED", { rows: z.number() });
export const Room = topic("room:{roomId}", [Said]);
export const ChatV1 = contract({ Join, Said }, { name: "Chat", version: "1" });
export const Chat = contract({ Join, Said, Import, Room }, { name: "Chat", version: "2" });
export declare const fingerprint: string;
export declare const router: Router;
export declare const url: string;
