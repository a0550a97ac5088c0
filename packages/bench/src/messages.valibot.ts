import { message, v } from "@ws-kit/valibot";

/** The same as `messages.zod.ts`, as far as the valibot workloads need it. */
export const shape = { roomId: v.string(), text: v.string(), seq: v.number() };

export const Echo = message("ECHO", shape);
export const Echoed = message("ECHOED", shape);
