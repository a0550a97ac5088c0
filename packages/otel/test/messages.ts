import { message, rpc, topic, z } from "@ws-kit/zod";

export const Join = message("JOIN");
export const Say = message("SAY", { text: z.string() });
export const Said = message("SAID", { text: z.string() });
export const Marked = message("MARKED", { n: z.number() }, { meta: { tenant: z.string() } });
export const Add = rpc("ADD", { a: z.number(), b: z.number() }, "SUM", { sum: z.number() });
export const Confirm = rpc.fromServer("CONFIRM", { text: z.string() }, "CONFIRMED", { yes: z.boolean() });
export const Room = topic("room:{id}", [Said]);
