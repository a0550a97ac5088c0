import { message, rpc, z } from "@ws-kit/zod";

export const Note = message("NOTE", { id: z.string() });
/** Not idempotent: one that may have run is not sent again. */
export const Ask = rpc("ASK", { id: z.string() }, "ASKED", { id: z.string() });
