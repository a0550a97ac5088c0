// What real programs do, by a router against by hand, in process: `bun src/life/main.ts [part of a name…]`, or `node`.
import { median } from "../stats.ts";
import { LIVES, type Life } from "./cases.ts";
import { Taker, type Run } from "./crowd.ts";

const SLICE_MS = 15;
const ROUNDS = 15;

interface Side {
  readonly run: Run;
  at: number;
}

async function slice(side: Side, count: number, inFlight: number): Promise<number> {
  const begun = performance.now();
  for (let left = count; left > 0; left -= inFlight) {
    for (let i = Math.min(left, inFlight); i > 0; i--) side.run(side.at++);
    // What ends later ends here.
    if (inFlight < Infinity) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
  return ((performance.now() - begun) * 1_000) / count;
}

/** What does less than the other would be the faster. */
async function checkAlike(name: string, sides: readonly Side[], inFlight: number): Promise<void> {
  const taken: number[] = [];
  for (const side of sides) {
    const before = Taker.taken;
    await slice(side, 100, Math.min(inFlight, 32));
    taken.push(Taker.taken - before);
  }
  const [hand = 0, kit = 0] = taken;
  if (hand === 0 && kit === 0) throw new Error(`${name}: nobody was sent anything`);
  // Of an odd number every other one may be one more.
  if (Math.abs(hand - kit) > hand / 20) throw new Error(`${name}: ${hand} frames by hand, ${kit} by the router`);
}

async function compare({
  name,
  byHand,
  byRouter,
  inFlight = Infinity,
}: Life): Promise<{ micros: number; ratio: number }> {
  const sides: Side[] = [byHand, byRouter].map((make) => ({ run: make(), at: 0 }));
  const [hand, kit] = sides as [Side, Side];
  await checkAlike(name, sides, inFlight);
  let count = 50;
  // Compiled, and long enough to be timed.
  for (let took = 0; took < SLICE_MS; count *= 2) took = ((await slice(kit, count, inFlight)) * count) / 1_000;
  for (let i = 0; i < 5; i++) for (const side of sides) await slice(side, count, inFlight);
  const found: { micros: number; ratio: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const first = await slice(round % 2 === 0 ? hand : kit, count, inFlight);
    const second = await slice(round % 2 === 0 ? kit : hand, count, inFlight);
    const [by, ours] = round % 2 === 0 ? [first, second] : [second, first];
    found.push({ micros: ours, ratio: ours / by });
  }
  return { micros: median(found.map((each) => each.micros)), ratio: median(found.map((each) => each.ratio)) };
}

const only = process.argv.slice(2);
for (const life of LIVES) {
  if (only.length > 0 && !only.some((part) => life.name.includes(part))) continue;
  const { micros, ratio } = await compare(life);
  process.stdout.write(
    `| ${life.name.padEnd(52)} | ${micros.toFixed(2).padStart(8)} | ${ratio.toFixed(2).padStart(5)} |\n`,
  );
}
process.exit(0);
