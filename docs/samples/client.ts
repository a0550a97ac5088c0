import { message, rpc, topic, z } from "@ws-kit/zod";
import { wsClient } from "@ws-kit/client/zod";

export { isServerError } from "@ws-kit/client";
export { msgpack } from "./codec.ts";
export { wsClient };

export const Say = message("SAY", { text: z.string() });
export const Said = message("SAID", { text: z.string() });
export const Join = message("JOIN", { room: z.string() });
export const Row = message("ROW", { cells: z.array(z.string()) });
export const GetUser = rpc(
  "GET_USER",
  { id: z.string() },
  "USER",
  { name: z.string() },
  { errors: { NOT_FOUND: { id: z.string() } } },
);
export const Ask = message("ASK", { question: z.string() });
export const Answer = message("ANSWER", { text: z.string() });
export const LogIn = rpc("LOG_IN", { token: z.string() }, "LOGGED_IN", {});
export const Import = rpc(
  "IMPORT",
  { file: z.string() },
  "IMPORTED",
  { rows: z.number() },
  { progress: { done: z.number() } },
);
export const GetRoom = rpc("GET_ROOM", { id: z.string() }, "ROOM", { texts: z.array(z.string()) });
export const Room = topic("room:{id}", [Said], { history: {} });
export declare const client: ReturnType<typeof wsClient>;
export declare const session: { token: string; accessToken(): Promise<string> };
export declare const url: string;
export declare const id: string;
export declare const file: string;
export declare const question: string;
export declare const rooms: string[];
export declare const rows: { cells: string[] }[];
export declare const timeline: { add(...facts: unknown[]): void };
export declare function show(...what: unknown[]): void;
export declare function append(...what: unknown[]): void;
export declare function greet(...what: unknown[]): void;
export declare function notFound(...what: unknown[]): void;
export const Add = rpc("ADD", { a: z.number(), b: z.number() }, "SUM", { sum: z.number() });
