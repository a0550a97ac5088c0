import { message, topic, z } from "@ws-kit/zod";

export const Said = message.fromServer("SAID", { text: z.string() });
export const Room = topic("room:{id}", [Said], {
  presence: { state: z.object({ name: z.string(), idle: z.boolean().default(false) }), graceMs: 3_000 },
});
