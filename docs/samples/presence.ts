import { createRouter, message, topic, z } from "@ws-kit/zod";

export { createRouter };
export const Join = message("JOIN", { roomId: z.string() });
const Said = message("SAID", { text: z.string() });
/** As the page's own, for the blocks after it. */
export const Room = topic("room:{roomId}", [Said], {
  presence: { state: z.object({ name: z.string(), idle: z.boolean() }) },
});
export const roomId = "lobby";
export declare function render(members: readonly unknown[]): void;
