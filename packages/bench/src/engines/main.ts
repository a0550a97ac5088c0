// node main.ts [processes]: what carrying by an engine costs beside the bare client, as a table.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findProgram } from "@ws-kit/conformance/engines/find";
import { type EngineServer, startNats, startRedis } from "@ws-kit/conformance/engines/servers";
import { median } from "../stats.ts";

type Figures = Record<string, [base: number, head: number, ratio: number]>;

const processes = Number(process.argv[2] ?? 5);
const worker = fileURLToPath(new URL("worker.ts", import.meta.url));

async function measure(client: string, server: EngineServer): Promise<void> {
  const runs: Figures[] = [];
  for (let i = 0; i < processes; i++) {
    const { stdout } = await promisify(execFile)(process.execPath, [worker, client, String(server.port)]);
    runs.push(JSON.parse(stdout) as Figures);
  }
  for (const row of Object.keys(runs[0] ?? {})) {
    const [base, head, ratio] = [0, 1, 2].map((i) => runs.map((run) => run[row]?.[i] ?? Number.NaN)) as [
      number[],
      number[],
      number[],
    ];
    const spread = `${Math.min(...ratio).toFixed(2)} to ${Math.max(...ratio).toFixed(2)}`;
    const cells = [client, row, median(base).toFixed(1), median(head).toFixed(1), median(ratio).toFixed(2), spread];
    process.stdout.write(`| ${cells.join(" | ")} |\n`);
  }
}

process.stdout.write(
  "| client | frames of 1 KB | bare, µs | ours, µs | ratio | of the processes |\n| --- | --- | --- | --- | --- | --- |\n",
);
for (const [program, start, clients] of [
  ["redis-server", startRedis, ["node-redis", "ioredis"]],
  ["nats-server", startNats, ["nats"]],
] as const) {
  const path = findProgram(program);
  if (path === undefined) throw new Error(`${program} is not on PATH`);
  const server = await start(path);
  try {
    for (const client of clients) await measure(client, server);
  } finally {
    await server.stop();
  }
}
