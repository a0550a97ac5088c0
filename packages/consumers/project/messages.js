import { message, rpc, z } from "@ws-kit/zod";

export const Say = message("SAY", { text: z.string() });
export const Add = rpc("ADD", { a: z.number(), b: z.number() }, "SUM", { sum: z.number() });
export const Count = rpc("COUNT", { to: z.number() }, "COUNTED", { to: z.number() }, { progress: { n: z.number() } });
