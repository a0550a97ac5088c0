import type { Client } from "@ws-kit/client";
import { message, rpc, z } from "@ws-kit/zod";

export { message, z };

const Card = { id: z.string(), text: z.string() };
export const Changed = message.fromServer("CHANGED", Card);
export const GetBoard = rpc("GET_BOARD", undefined, "BOARD", { cards: z.array(z.object(Card)) });
export declare const client: Client;
export declare function apply(card: { id: string; text: string }): void;
export declare function show(board: { cards: { id: string; text: string }[] }): void;
export declare function showLeft(milliseconds: number): void;
