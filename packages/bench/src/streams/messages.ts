import { rpc, z } from "@ws-kit/zod";

/** Sends so many bytes, in items of so many. */
export const Pour = rpc(
  "POUR",
  { bytes: z.number(), item: z.number() },
  "POURED",
  { bytes: z.number() },
  { stream: { fromServer: z.string() } },
);
/** Takes what comes, so many bytes a second. */
export const Sip = rpc(
  "SIP",
  { bytesPerSecond: z.number() },
  "SIPPED",
  { bytes: z.number() },
  {
    stream: { fromClient: z.string() },
  },
);
/** Bytes that the present stream has moved at the server, and what its process has of memory, after a collection. */
export const Look = rpc("LOOK", undefined, "LOOKED", { bytes: z.number(), heap: z.number(), rss: z.number() });
