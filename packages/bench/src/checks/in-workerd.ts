/**
 * What checks cost in workerd, where no code is generated, in ratios to the validator alone: `node src/checks/in-workerd.ts`. Time
 * stands still in a Worker while it computes, so it is taken from here; what a request costs by itself is taken off.
 */
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { median } from "../stats.ts";
import { usualZod } from "./usual.zod.ts";

const CALLS = 20_000;
const ROUNDS = 7;

const { outputFiles } = await build({
  entryPoints: [`${import.meta.dirname}/worker.ts`],
  bundle: true,
  write: false,
  format: "esm",
  target: "es2023",
  conditions: ["workerd", "worker"],
});
const workerd = new Miniflare({
  modules: true,
  script: outputFiles[0]?.text ?? "",
  compatibilityDate: "2026-06-01",
});

/** Milliseconds that so many calls take. */
async function slice(name: string, how: string, calls: number): Promise<number> {
  const query = new URLSearchParams({ name, how, calls: String(calls) });
  const begun = performance.now();
  const answer = await workerd.dispatchFetch(`http://bench/?${query.toString()}`);
  if ((await answer.text()) !== "composed") throw new Error(`${name}, ${how}: code was generated`);
  return performance.now() - begun;
}

async function cost(name: string, how: string): Promise<number> {
  const idle = await slice(name, how, 0);
  return Math.max(0.001, (await slice(name, how, CALLS)) - idle);
}

const ratios: { in: number; out: number }[] = [];
for (const [name] of usualZod) {
  for (const how of ["zod", "in", "out"]) await slice(name, how, CALLS);
  const rounds: { in: number; out: number; zod: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ zod: await cost(name, "zod"), in: await cost(name, "in"), out: await cost(name, "out") });
  }
  const found = {
    in: median(rounds.map((each) => each.in / each.zod)),
    out: median(rounds.map((each) => each.out / each.zod)),
  };
  ratios.push(found);
  process.stdout.write(`${name.padEnd(44)}${found.in.toFixed(2).padStart(6)}${found.out.toFixed(2).padStart(6)}\n`);
}
process.stdout.write(
  `zod in workerd: median ${median(ratios.map((each) => each.in)).toFixed(2)} in, ${median(ratios.map((each) => each.out)).toFixed(2)} out, of ${ratios.length} schemas\n`,
);
await workerd.dispose();
