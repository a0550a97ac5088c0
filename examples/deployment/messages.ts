import { rpc, z } from "@ws-kit/zod";

/** Which node one came to, and how that node sees who asks. */
export const Where = rpc("WHERE", undefined, "HERE", {
  node: z.string(),
  room: z.string(),
  address: z.string(),
  url: z.string(),
});
