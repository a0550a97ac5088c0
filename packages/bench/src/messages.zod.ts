import { message, rpc, z } from "@ws-kit/zod";

/** The payload that every workload but the large one carries. */
export const shape = { roomId: z.string(), text: z.string(), seq: z.number() };

export const Echo = message("ECHO", shape);
export const Echoed = message("ECHOED", shape);
export const Publish = message("PUBLISH", shape);
export const Published = message("PUBLISHED", shape);
export const Join = message("JOIN", { topic: z.string() });
export const Joined = message("JOINED", { topic: z.string() });
export const Ask = rpc("ASK", shape, "ANSWER", shape);
export const AskReturned = rpc("ASK_RETURNED", shape, "ANSWER", shape);
