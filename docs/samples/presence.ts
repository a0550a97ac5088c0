import { createRouter, message, z } from "@ws-kit/zod";

export { Room } from "../.samples/presence/shared.ts";
export { createRouter };
export const Join = message("JOIN", { roomId: z.string() });
