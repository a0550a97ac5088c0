import { message, rpc, z } from "@ws-kit/zod";

export const Join = message("JOIN", { room: z.string() });
export const Say = message("SAY", { room: z.string(), n: z.number() });
export const Said = message("SAID", { n: z.number() });
/** The server sends so many of them, one each millisecond. */
export const Stream = message("STREAM", { count: z.number() });
export const Tick = message("TICK", { n: z.number() });
export const Double = rpc(
  "DOUBLE",
  { n: z.number(), ms: z.number() },
  "DOUBLED",
  { n: z.number() },
  {
    progress: { half: z.boolean() },
  },
);
/** What the server has heard of it and of others, in order. */
export const Told = rpc("TOLD", {}, "ALL", { log: z.array(z.string()) });
/** Sends each item back. */
export const Relay = rpc(
  "RELAY",
  {},
  "RELAYED",
  { items: z.number() },
  {
    stream: { fromClient: { n: z.number() }, fromServer: { n: z.number() } },
  },
);
