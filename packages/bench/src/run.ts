import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { dispatchCases, type Case } from "./dispatch/cases.ts";
import { clientCases } from "./dispatch/client-cases.ts";
import { CLIENT_CUTS, measureDispatch, type DispatchFigure } from "./dispatch/quick.ts";
import { GENERATOR_CPU, SERVER_CPU } from "./load/server-process.ts";
import {
  measureMemory,
  measureStart,
  measureSuite,
  type LoadFigure,
  type MemoryFigure,
  type StartFigure,
} from "./measure.ts";
import { memoryEntries, startEntries, suites } from "./suites.ts";

/** Everything one run found, as it is written to `results.json`. */
interface Results {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly bun: string };
  readonly dispatch: DispatchFigure[];
  readonly client: DispatchFigure[];
  readonly suites: { name: string; figures: LoadFigure[] }[];
  readonly memory: MemoryFigure[];
  readonly start: StartFigure[];
}

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

function share(part: number): string {
  return `${Math.round(part * 100)} %`;
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

async function inProcess(title: string, cases: readonly Case[], cuts?: number): Promise<DispatchFigure[]> {
  print(`\n## ${title}\n\n| | ns a message | ratio |\n|---|---:|---:|`);
  const figures = await measureDispatch(cases, quick ? 15 : 60, cuts);
  for (const { name, ns, ratio } of figures) print(`| ${name} | ${ns.toFixed(0)} | ${ratio.toFixed(2)} |`);
  return figures;
}

async function main(): Promise<void> {
  const results: Results = {
    machine: { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, bun: Bun.version },
    dispatch: [],
    client: [],
    suites: [],
    memory: [],
    start: [],
  };
  print(
    `${results.machine.cpu}, ${results.machine.cores} cores, Bun ${Bun.version}; server on core ${SERVER_CPU}, load on core ${GENERATOR_CPU}`,
  );
  if (wanted("dispatch")) results.dispatch.push(...(await inProcess("In process", dispatchCases())));
  if (wanted("client"))
    results.client.push(...(await inProcess("Client, in process", await clientCases(), CLIENT_CUTS)));
  for (const suite of suites.filter(({ name }) => wanted(name))) {
    print(`\n## ${suite.name}\n\n| | CPU µs | ratio | a second | p50 ms | p99 ms | server busy | load busy |`);
    print("|---|---:|---:|---:|---:|---:|---:|---:|");
    const figures = await measureSuite(suite, effort);
    results.suites.push({ name: suite.name, figures });
    for (const f of figures) {
      print(
        `| ${f.name} | ${f.cpuMicros.toFixed(2)} | ${f.ratio.toFixed(2)} | ${Math.round(f.perSecond).toLocaleString("en")} | ` +
          `${f.p50.toFixed(2)} | ${f.p99.toFixed(2)} | ${share(f.serverBusy)} | ${share(f.generatorBusy)} |`,
      );
    }
  }
  const weighed = memoryEntries.filter(({ name }) => wanted(`memory: ${name}`));
  if (weighed.length > 0) {
    print("\n## Memory of an idle connection\n");
    print("| what | connections | topic | bytes | of the heap | µs to connect |\n|---|---:|---|---:|---:|---:|");
    for (const [connections, topic] of [
      [5_000, false],
      [5_000, true],
      [MOST_CONNECTIONS, false],
      [MOST_CONNECTIONS, true],
    ] as const) {
      if (quick && (topic || connections > 5_000)) continue;
      const figures = await measureMemory(
        only === undefined && quick ? weighed.slice(0, 3) : weighed,
        connections,
        topic,
        quick ? 1 : 3,
      );
      results.memory.push(...figures);
      for (const f of figures) {
        print(
          `| ${f.name} | ${f.connections.toLocaleString("en")} | ${f.topic ? "yes" : "no"} | ${Math.round(f.bytes)} | ` +
            `${Math.round(f.heapBytes)} | ${f.connectMicros.toFixed(0)} |`,
        );
      }
    }
  }
  if (wanted("start")) {
    print("\n## Start\n\n| | ms | ratio |\n|---|---:|---:|");
    results.start.push(...(await measureStart(startEntries, quick ? 5 : 15)));
    for (const { name, ms, ratio } of results.start) print(`| ${name} | ${ms.toFixed(0)} | ${ratio.toFixed(2)} |`);
  }
  const directory = fileURLToPath(new URL("../results/", import.meta.url));
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}results.json`, `${JSON.stringify(results, undefined, 2)}\n`);
  print(`\nWritten to packages/bench/results/results.json`);
}

if (pinned()) {
  await main();
  process.exit();
}
