import { message, rpc, topic, z } from "@ws-kit/zod";

export const ROOMS = 20;

export const Join = message("JOIN", { rooms: z.array(z.string()) });
/** Published by a node: numbered there, for each room. */
export const Said = message("SAID", { node: z.string(), room: z.string(), n: z.number(), id: z.string() });
/** A client asks its node to publish; the answer says how that went. */
export const Say = rpc("SAY", { room: z.string(), id: z.string() }, "SAY_DONE", { remote: z.string() });

/** Of recorded topics. */
export const Recorded = message("RECORDED", { id: z.string() });
export const Room = topic("recorded:{id}", [Recorded], { history: { size: 500 } });
/** A client asks its node to follow rooms. */
export const Enter = rpc("ENTER", { rooms: z.array(z.string()) }, "ENTERED", {});
/** … and to record a message, which is safe to repeat. */
export const Record = rpc("RECORD", { room: z.string(), id: z.string() }, "RECORD_DONE", {
  duplicate: z.boolean(),
  offset: z.number(),
});
