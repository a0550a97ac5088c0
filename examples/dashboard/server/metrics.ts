import { createRouter } from "@ws-kit/zod";
import { Metrics, Past, Tick, type Measured } from "../shared/messages.ts";

const KEPT = 300;

/** Measures this process, and tells everybody who looks. */
export function createMetrics() {
  const router = createRouter({ topics: [Metrics], heartbeat: { intervalMs: 15_000 } });
  const past: Measured[] = [];
  let before = { at: performance.now(), cpu: process.cpuUsage() };

  function measure(): Measured {
    const [at, cpu] = [performance.now(), process.cpuUsage(before.cpu)];
    const busyMs = (cpu.user + cpu.system) / 1_000;
    const percent = (busyMs / Math.max(1, at - before.at)) * 100;
    before = { at, cpu: process.cpuUsage() };
    const heapMiB = process.memoryUsage().heapUsed / 2 ** 20;
    return { at: Date.now(), cpu: percent, heapMiB, pages: router.connections.size };
  }

  // A page may ask for the topic by itself: everybody may look.
  router.topic(Metrics, { authorize: () => true });

  router.rpc(Past, async (ctx) => {
    // Where the topic stands before the past is read: what is measured in between is told again rather than not at all.
    const [epoch, offset] = await ctx.topics.position(Metrics());
    return { ticks: past, since: [epoch, offset] };
  });

  return {
    router,
    /** Measures once. */
    tick: (): void => {
      const measured = measure();
      past.push(measured);
      if (past.length > KEPT) past.shift();
      void router.publish(Metrics(), Tick, measured);
    },
  };
}
