import { message, rpc, topic, z } from "@ws-kit/zod";

/** One measurement of the server. */
export const tick = {
  /** Milliseconds since 1970. */
  at: z.number(),
  /** Of one core, in percent. */
  cpu: z.number(),
  heapMiB: z.number(),
  pages: z.number(),
};
const Measured = z.object(tick);
export type Measured = z.infer<typeof Measured>;

export const Tick = message.fromServer("TICK", tick);

/** Recorded, so that a page which was away for a while is told what it missed, and its lines have no hole. */
export const Metrics = topic("metrics", [Tick], { history: { size: 300, visible: "all" } });

/** What a page draws first, and where what comes next begins. */
export const Past = rpc("PAST", undefined, "MEASURED", {
  ticks: z.array(Measured),
  since: z.tuple([z.string(), z.number()]),
});
