import { message, rpc, z } from "@ws-kit/zod";

export const ROOMS = 20;

export const Join = message("JOIN", { rooms: z.array(z.string()) });
/** Published by a node: numbered there, for each room. */
export const Said = message("SAID", { node: z.string(), room: z.string(), n: z.number(), id: z.string() });
/** A client asks its node to publish; the answer says how that went. */
export const Say = rpc("SAY", { room: z.string(), id: z.string() }, "SAY_DONE", { remote: z.string() });
