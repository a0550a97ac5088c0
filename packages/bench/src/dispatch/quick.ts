import { setTimeout as pause } from "node:timers/promises";
import { type Case, dispatchCases } from "./cases.ts";
import { clientCases } from "./client-cases.ts";
import { runCase } from "./slice.ts";
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

/**
 * Times all cases in turns, so that whatever else the machine does meets all of them alike, and each beside its baseline, the one
 * and the other first: who allocates pays for what the case before has left, which in a row of forty is not its own.
 */
export async function measureDispatch(cases: readonly Case[], rounds: number): Promise<DispatchFigure[]> {
  const byName = new Map(cases.map((each) => [each.name, each]));
  const times = new Map(cases.map(({ name }) => [name, { own: [] as number[], ratios: [] as number[] }]));
  for (let round = -3; round < rounds; round++) {
    // Deadlines and whatever else was put off get their turn between rounds.
    await pause(0);
    for (const each of cases) {
      const base = byName.get(each.baseline) ?? each;
      const spent = new Map<Case, number>();
      for (const one of round % 2 === 0 ? [each, base] : [base, each]) {
        if (!spent.has(one)) spent.set(one, await timed(one));
      }
      if (round < 0) continue;
      const own = spent.get(each) ?? 0;
      times.get(each.name)?.own.push(own);
      times.get(each.name)?.ratios.push(own / (spent.get(base) ?? own));
    }
  }
  return cases.map(({ name }) => {
    const { own = [], ratios = [] } = times.get(name) ?? {};
    return { name, ns: median(own), ratio: median(ratios) };
  });
}

async function timed(each: Case): Promise<number> {
  const begun = performance.now();
  await runCase(each, SLICE);
  return ((performance.now() - begun) * 1e6) / SLICE;
}

if (import.meta.main) {
  // Rounds, and what the names of the cases have in them, baselines included: all where left out.
  const [, , rounds = "60", ...wanted] = process.argv;
  const chosen = (cases: readonly Case[]) =>
    cases.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  for (const cases of [chosen(dispatchCases()), chosen(await clientCases())]) {
    for (const { name, ns, ratio } of await measureDispatch(cases, Number(rounds))) {
      process.stdout.write(`${name.padEnd(34)}${ns.toFixed(0).padStart(6)} ns${ratio.toFixed(2).padStart(7)}×\n`);
    }
  }
  process.exit();
}
