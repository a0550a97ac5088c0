import { message, z } from "@ws-kit/zod";

export { message, z };

export interface AppData {
  rooms: string[];
}
export const Join = message("JOIN", { room: z.string() });
