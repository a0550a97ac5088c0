import { type Case, dispatchCases } from "./cases.ts";
import { clientCases } from "./client-cases.ts";
import { median } from "../stats.ts";

/** Messages of one timed slice. */
const SLICE = 20_000;

export interface DispatchFigure {
  readonly name: string;
  /** Nanoseconds a message, median of the slices. */
  readonly ns: number;
  /** Against its hand-written baseline, median of ratios of neighbouring slices. */
  readonly ratio: number;
}

/** Times all cases in turns, so that whatever else the machine does meets all of them alike. */
export async function measureDispatch(cases: readonly Case[], rounds: number): Promise<DispatchFigure[]> {
  const times = new Map(cases.map(({ name }) => [name, [] as number[]]));
  for (let round = -3; round < rounds; round++) {
    // Deadlines and whatever else was put off get their turn between rounds.
    await Bun.sleep(0);
    for (const { name, run } of cases) {
      const begun = performance.now();
      for (let i = 0; i < SLICE; i++) run();
      if (round >= 0) times.get(name)?.push(((performance.now() - begun) * 1e6) / SLICE);
    }
  }
  return cases.map(({ name, baseline }) => {
    const own = times.get(name) ?? [];
    const base = times.get(baseline) ?? [];
    return { name, ns: median(own), ratio: median(own.map((ns, i) => ns / (base[i] ?? ns))) };
  });
}

if (import.meta.main) {
  for (const cases of [dispatchCases(), await clientCases()]) {
    for (const { name, ns, ratio } of await measureDispatch(cases, Number(process.argv[2] ?? 60))) {
      process.stdout.write(`${name.padEnd(34)}${ns.toFixed(0).padStart(6)} ns${ratio.toFixed(2).padStart(7)}×\n`);
    }
  }
  process.exit();
}
