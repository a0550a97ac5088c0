import { message, rpc, z } from "@ws-kit/zod";

export const Note = message("NOTE", { n: z.number() });
export const Echo = message("ECHO", { n: z.number() });
export const Fail = message("FAIL", {});
export const Add = rpc("ADD", { a: z.number(), b: z.number() }, "SUM", { sum: z.number() });
export const Count = rpc("COUNT", { to: z.number() }, "COUNTED", { to: z.number() }, { progress: { at: z.number() } });
export const Find = rpc("FIND", { id: z.string() }, "FOUND", {}, { errors: { NOT_FOUND: { id: z.string() } } });
/** Takes as long as it is told to, and says through `ABORTED` when it was cancelled before. */
export const Slow = rpc("SLOW", { ms: z.number() }, "SLOW_DONE", {});
export const Aborted = message("ABORTED", { ms: z.number() });
/** As large or deep as one likes. */
export const Upload = rpc("UPLOAD", { data: z.string(), deep: z.unknown().optional() }, "UPLOADED", {
  bytes: z.number(),
});
/** An application's own heartbeat; the server sends it back. */
export const Beat = message("BEAT", { sentAt: z.number() });
/** What the server asks its client, and a request that it asks for. */
export const Guess = rpc.fromServer(
  "GUESS",
  { n: z.number() },
  "GUESSED",
  { n: z.number() },
  {
    progress: { at: z.number() },
  },
);
export const Double = rpc("DOUBLE", { n: z.number() }, "DOUBLED", { n: z.number(), at: z.number() });

/** Sends back what comes, item by item, and says how much that was. */
export const Copy = rpc(
  "COPY",
  { most: z.number().optional() },
  "COPIED",
  { items: z.number() },
  { stream: { fromClient: { text: z.string() }, fromServer: { text: z.string() } } },
);
/** Sends so many items of so many characters. */
export const Pour = rpc(
  "POUR",
  { items: z.number(), characters: z.number() },
  "POURED",
  { items: z.number() },
  {
    stream: { fromServer: z.string() },
  },
);
/** Takes one item each time that it is told to `Take`, and all once it is told to take 0. */
export const Sip = rpc("SIP", undefined, "SIPPED", { items: z.number() }, { stream: { fromClient: z.string() } });
export const Take = message("TAKE", { items: z.number() });
/** How many items the last `Pour` has sent, how many requests run, and how the last request with a stream ended. */
export const Look = rpc("LOOK", undefined, "LOOKED", {
  poured: z.number(),
  streams: z.number(),
  ended: z.string(),
});
