import { message, rpc, z } from "@ws-kit/zod";

/** What the page and a room say to each other. */
const entry = { from: z.string(), text: z.string(), at: z.number() };
export const Entry = z.object(entry);
export type Entry = z.infer<typeof Entry>;

export const Say = rpc("SAY", { text: z.string().trim().min(1).max(1_000) }, "SAID", entry, {
  errors: { RESOURCE_EXHAUSTED: { perMinute: z.number() } },
});
export const Spoken = message("SPOKEN", entry);
export const Present = message("PRESENT", { names: z.array(z.string()) });
export const Welcome = message("WELCOME", { room: z.string(), history: z.array(Entry), names: z.array(z.string()) });
