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
