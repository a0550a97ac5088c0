import { createRouter, message, z } from "@ws-kit/zod";

export { createRouter };
export const Notice = message("NOTICE", { text: z.string() });
export declare const userId: string;
