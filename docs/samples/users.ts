import { createRouter, message, rpc, z } from "@ws-kit/zod";

export { createRouter };
export const Notice = message("NOTICE", { text: z.string() });
export declare const userId: string;
export const Confirm = rpc.fromServer("CONFIRM", { text: z.string() }, "CONFIRMED", { yes: z.boolean() });
