import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { endWithPnpm } from "../load/children.ts";
import { GENERATOR_CPU } from "../load/server-process.ts";
import { compareAllocations, compareConnectionBytes } from "./counted.ts";
import { compareInProcess } from "./in-process.ts";
import { USUAL_PROCESSES } from "./paired.ts";
import { conclusion, tableOf, tableOfCounts } from "./report.ts";
import type { Checkouts, Effort, Section } from "./sections.ts";
import { compareServed } from "./served.ts";
import type { Runtime } from "./worker-process.ts";

const USAGE = "bench:compare <other checkout> [--only text]… [--quick] [--processes n] [--runtime bun|node]";

const { values, positionals } = parseArgs({
  // pnpm passes on the `--` that ends its own options.
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  allowPositionals: true,
  options: {
    only: { type: "string", multiple: true, default: [] },
    quick: { type: "boolean", default: false },
    processes: { type: "string" },
    runtime: { type: "string", default: "bun" },
  },
});

function fail(message: string): never {
  process.stderr.write(`${message}\n${USAGE}\n`);
  process.exit(2);
}

const { quick } = values;
const runtime: Runtime =
  values.runtime === "bun" || values.runtime === "node" ? values.runtime : fail(`No runtime: ${values.runtime}`);
const other = positionals[0] ?? fail("Which checkout is it compared with?");
const checkouts: Checkouts = {
  // pnpm runs scripts in the package's directory.
  base: resolve(process.env["INIT_CWD"] ?? ".", other),
  head: fileURLToPath(new URL("../../../../", import.meta.url)).replace(/\/$/, ""),
};
if (!existsSync(`${checkouts.base}/packages/bench/src/dispatch/cases.ts`))
  fail(`No checkout of WS-Kit: ${checkouts.base}`);
const processes = Number(values.processes ?? (quick ? 3 : USUAL_PROCESSES));
if (!(processes >= 1)) fail(`No number of processes: ${values.processes}`);

/** How a section's cases are named to `--only`, which may thus choose whole sections. */
function wanted(section: string): (name: string) => boolean {
  const texts = values.only.map((text) => text.toLowerCase());
  return (name) => texts.length === 0 || texts.some((text) => `${section}: ${name}`.toLowerCase().includes(text));
}

/** What is compared, in git's words: edits that are not committed included. */
function stateOf(checkout: string): string {
  const git = (...args: string[]) =>
    Bun.spawnSync(["git", "-C", checkout, ...args])
      .stdout.toString()
      .trim();
  return `${git("rev-parse", "--short", "HEAD")}${git("diff", "HEAD", "--", "packages") === "" ? "" : ", edited"}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<void> {
  const machine = { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, bun: Bun.version, load: loadavg()[0] };
  const commits = { base: stateOf(checkouts.base), head: stateOf(checkouts.head) };
  const inProcess: Effort = { processes, rounds: quick ? 12 : 24, budgetMs: (quick ? 12_000 : 22_000) * processes };
  const served: Effort = { processes, rounds: quick ? 6 : 8, budgetMs: (quick ? 18_000 : 24_000) * processes };
  const texts: string[] = [];
  const sections: Section[] = [];
  const say = (text: string) => {
    texts.push(text);
    print(`${text}\n`);
  };
  const show = (section: Section) => {
    if (section.rows.length === 0 && section.missing.length === 0) return;
    sections.push(section);
    say(tableOf(section));
  };
  say(
    `Head ${checkouts.head} (${commits.head}) against base ${checkouts.base} (${commits.base}); ${processes} × 2 processes a side, in turns; ` +
      `${machine.cpu}, ${machine.cores} cores, load ${machine.load?.toFixed(1)}, Bun ${machine.bun}.`,
  );
  show(await compareInProcess(checkouts, wanted("in process"), inProcess, runtime));
  // The load does not run on the servers' core.
  Bun.spawnSync(["taskset", "-acp", String(GENERATOR_CPU), String(process.pid)]);
  show(await compareServed(checkouts, wanted("served"), served));
  const allocations = await compareAllocations(checkouts, wanted("allocations"));
  if (allocations.length > 0) say(tableOfCounts("Objects a message allocates", allocations));
  const bytes = wanted("connection")("bytes") ? await compareConnectionBytes(checkouts) : [];
  if (bytes.length > 0) say(tableOfCounts("Heap of an idle connection", bytes));
  say(conclusion(sections));
  // Every process reads the sources anew.
  for (const side of ["base", "head"] as const) {
    if (stateOf(checkouts[side]) !== commits[side])
      say(`The ${side} changed meanwhile: these figures are of no one commit.`);
  }

  const directory = fileURLToPath(new URL("../../results/", import.meta.url));
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}compare.md`, `${texts.join("\n\n")}\n`);
  writeFileSync(
    `${directory}compare.json`,
    `${JSON.stringify({ machine, checkouts, commits, processes, sections, allocations, bytes }, undefined, 2)}\n`,
  );
  print("Written to packages/bench/results/compare.{md,json}");
}

endWithPnpm();
await main();
process.exit();
