import { message, rpc, z } from "@ws-kit/zod";

export const Said = message("SAID", { text: z.string() });
export const Renamed = message("RENAMED", { id: z.string(), name: z.string() });
export const GetUser = rpc("GET_USER", { id: z.string() }, "USER", { name: z.string() });
export const Rename = rpc("RENAME", { id: z.string(), name: z.string() }, "RENAMED", { id: z.string() });
