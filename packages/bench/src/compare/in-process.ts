import { compare, inTurns, SIDES, type Comparison, type Round } from "./paired.ts";
import type { Checkouts, Effort, Section } from "./sections.ts";
import { WorkerProcess, type Runtime } from "./worker-process.ts";

/** Until the compiler has done with a case, as in `dispatch/quick.ts`. */
const WARM_MESSAGES = 60_000;
const SLICE_MS = 5;

/** Every in-process case that both checkouts have, by nanoseconds of CPU for each message. */
export async function compareInProcess(
  checkouts: Checkouts,
  wanted: (name: string) => boolean,
  { processes, rounds, budgetMs }: Effort,
  runtime: Runtime,
): Promise<Section> {
  const until = performance.now() + budgetMs;
  const passes = new Map<string, Round[][]>();
  const messages = new Map<string, number>();
  const missing = new Map<string, "base" | "head">();
  for (let pass = 0; pass < processes; pass++) {
    const passUntil = performance.now() + (until - performance.now()) / (processes - pass);
    const workers: WorkerProcess[] = [];
    try {
      workers.push(...(await Promise.all(SIDES.map((side) => WorkerProcess.start(checkouts[side], runtime)))));
      const [base, head] = workers as [WorkerProcess, WorkerProcess];
      for (const name of base.names) if (!head.names.includes(name)) missing.set(name, "head");
      for (const name of head.names) if (!base.names.includes(name)) missing.set(name, "base");
      const names = base.names.filter((name) => wanted(name) && !missing.has(name));
      if (names.length === 0) break;
      await Promise.all(workers.map((worker) => warm(worker, names)));
      const found = new Map(names.map((name) => [name, [] as Round[]]));
      for (let round = 0; round < rounds && (round < 3 || performance.now() < passUntil); round++) {
        for (const name of names) {
          let count = messages.get(name);
          if (count === undefined) {
            count = Math.max(100, Math.round((SLICE_MS * 1e6) / (await base.slice(name, 5_000))));
            messages.set(name, count);
          }
          found.get(name)?.push(await inTurns(workers, round, (worker) => worker.slice(name, count)));
        }
      }
      for (const [name, of] of found) passes.set(name, [...(passes.get(name) ?? []), of]);
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
  }
  return {
    title: `In process, ${runtime}`,
    unit: "ns",
    rows: [...passes].map(([name, of]): Comparison => compare(name, of)),
    missing: [...missing].filter(([name]) => wanted(name)).map(([name, side]) => ({ name, side })),
  };
}

async function warm(worker: WorkerProcess, names: readonly string[]): Promise<void> {
  for (const name of names) await worker.slice(name, WARM_MESSAGES);
}
