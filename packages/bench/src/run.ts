import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { dispatchCases } from "./dispatch/cases.ts";
import { clientCases } from "./dispatch/client-cases.ts";
import { measureDispatch } from "./dispatch/quick.ts";
import { GENERATOR_CPU, SERVER_CPU } from "./load/server-process.ts";
import { measureMemory, measureStart, measureSuite } from "./measure.ts";
import { markdownOf, type Results, tablesOf } from "./results.ts";
import { memoryEntries, startEntries, suites } from "./suites.ts";

/** Each takes a file of the server's and one of the generator's, of 20,000; some are open besides. */
const MOST_CONNECTIONS = 9_000;

const quick = process.argv.includes("--quick");
const only = process.argv.find((arg) => arg.startsWith("--only="))?.slice("--only=".length);
const effort = quick
  ? { passes: 1, rounds: 4, sliceMs: 200, warmMs: 500 }
  : { passes: 3, rounds: 6, sliceMs: 250, warmMs: 1_000 };

function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

function wanted(name: string): boolean {
  return only === undefined || name.toLowerCase().includes(only.toLowerCase());
}

/** Begins again on the generator's core, so that the two sides never share one. */
function pinned(): boolean {
  if (process.env["WS_KIT_BENCH_PINNED"] !== undefined) return true;
  const again = Bun.spawnSync(["taskset", "-c", String(GENERATOR_CPU), process.execPath, ...process.argv.slice(1)], {
    stdio: ["inherit", "inherit", "inherit"],
    env: { ...process.env, WS_KIT_BENCH_PINNED: "1" },
  });
  process.exitCode = again.exitCode;
  return false;
}

/** The version of the `node` that servers are started with. */
function nodeVersion(): string {
  return Bun.spawnSync(["node", "--version"]).stdout.toString().trim().slice(1);
}

async function main(): Promise<void> {
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    bun: Bun.version,
    node: nodeVersion(),
  };
  const results: Results = { machine, dispatch: [], client: [], suites: [], memory: [], start: [] };
  let shown = 0;
  const show = (): void => {
    for (const table of tablesOf(results).slice(shown)) {
      print(`\n## ${table.title}\n\n${markdownOf(table)}`);
      shown++;
    }
  };
  print(
    `${machine.cpu}, ${machine.cores} cores, Bun ${machine.bun}, Node ${machine.node}; server on core ${SERVER_CPU}, load on core ${GENERATOR_CPU}`,
  );
  const rounds = quick ? 15 : 60;
  if (wanted("dispatch")) results.dispatch.push(...(await measureDispatch(dispatchCases(), rounds)));
  show();
  if (wanted("client")) results.client.push(...(await measureDispatch(await clientCases(), rounds)));
  show();
  for (const suite of suites.filter(({ name }) => wanted(name))) {
    results.suites.push({ name: suite.name, figures: await measureSuite(suite, effort) });
    show();
  }
  const weighed = memoryEntries.filter(({ name }) => wanted(`memory: ${name}`));
  for (const [connections, topic] of [
    [5_000, false],
    [5_000, true],
    [MOST_CONNECTIONS, false],
    [MOST_CONNECTIONS, true],
  ] as const) {
    if (quick && (topic || connections > 5_000)) continue;
    const entries = only === undefined && quick ? weighed.slice(0, 3) : weighed;
    results.memory.push(...(await measureMemory(entries, connections, topic, quick ? 1 : 3)));
  }
  show();
  if (wanted("start")) results.start.push(...(await measureStart(startEntries, quick ? 5 : 15)));
  show();
  const directory = fileURLToPath(new URL("../results/", import.meta.url));
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}results.json`, `${JSON.stringify(results, undefined, 2)}\n`);
  print(`\nWritten to packages/bench/results/results.json`);
}

if (pinned()) {
  await main();
  process.exit();
}
