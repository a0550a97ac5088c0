import { message, rpc, z } from "@ws-kit/zod";

export const Numbered = message("NUMBERED", { run: z.string(), n: z.number() });
export const Double = rpc("DOUBLE", { n: z.number() }, "DOUBLED", { n: z.number() });
/** Safe to send again: the server runs each key once. */
export const Store = rpc(
  "STORE",
  { run: z.string(), n: z.number() },
  "STORED",
  { n: z.number() },
  { idempotent: true },
);
