import { LoadConnection } from "../load/connection.ts";
import { json } from "../load/dialects.ts";
import { clientFrame } from "../load/frames.ts";
import { ServerProcess, type ServerSpec } from "../load/server-process.ts";
import type { Load } from "../load/workloads.ts";
import { begin } from "../measure.ts";
import type { Suite } from "../suites.ts";
import { compare, inTurns, SIDES, type Comparison, type Round } from "./paired.ts";
import type { Checkouts, Effort, Missing, Section } from "./sections.ts";

interface Served {
  readonly name: string;
  readonly workload: Suite["workload"];
  readonly args?: readonly string[];
}

const WARM_MS = 400;
const SLICE_MS = 100;
const requests = { kind: "requests", type: "ECHO", textBytes: 30, inFlight: 16 } as const;

const served: readonly Served[] = [
  { name: "echo", workload: requests },
  { name: "echo, middleware ×3", workload: requests, args: ["--middleware=3"] },
  { name: "echo, asynchronous", workload: requests, args: ["--async"] },
  { name: "echo, asynchronous, that waits", workload: requests, args: ["--async", "--awaits"] },
  { name: "rpc, ctx.reply", workload: { ...requests, type: "ASK" } },
  { name: "rpc, returned", workload: { ...requests, type: "ASK_RETURNED" } },
  { name: "publish to 500", workload: { kind: "publish", followers: 500 } },
];

/** Each checkout's own server under the same load, by microseconds of its CPU for each message answered or delivered. */
export async function compareServed(
  checkouts: Checkouts,
  wanted: (name: string) => boolean,
  { processes, rounds, budgetMs }: Effort,
): Promise<Section> {
  const until = performance.now() + budgetMs;
  const cases = served.filter(({ name }) => wanted(name));
  const found = new Map(cases.map(({ name }) => [name, [] as Round[][]]));
  const missing: Missing[] = [];
  for (let pass = 0; pass < processes; pass++) {
    for (const [i, each] of cases.entries()) {
      const turnsLeft = (processes - pass) * cases.length - i;
      const turnUntil = performance.now() + (until - performance.now()) / turnsLeft;
      if (missing.some(({ name }) => name === each.name)) continue;
      const measured = await measure(checkouts, each, rounds, turnUntil);
      if (Array.isArray(measured)) found.get(each.name)?.push(measured);
      else missing.push(measured);
    }
  }
  const rows: Comparison[] = [];
  for (const [name, passes] of found) if (passes.length > 0) rows.push(compare(name, passes));
  return { title: "Served by Bun", unit: "µs", rows, missing };
}

/** The rounds of four fresh servers, or which side does not know what they are asked. */
async function measure(
  checkouts: Checkouts,
  { name, workload, args = [] }: Served,
  rounds: number,
  until: number,
): Promise<Round[] | Missing> {
  const running: { server: ServerProcess; load: Load }[] = [];
  try {
    for (const side of SIDES) {
      const server = await ServerProcess.start(spec(checkouts[side], `${name}, ${side}`, args));
      running.push({ server, load: await begin(server, json, workload) });
      if (workload.kind === "requests" && !(await answers(server.port, workload.type))) return { name, side };
    }
    for (const { load } of running) await load.run(WARM_MS);
    const found: Round[] = [];
    for (let round = 0; round < rounds && (round < 3 || performance.now() < until); round++) {
      found.push(await inTurns(running, round, async ({ load }) => (await load.run(SLICE_MS)).cpuMicros));
    }
    return found;
  } finally {
    for (const { load } of running) load.close();
    await Promise.all(running.map(({ server }) => server.stop()));
  }
}

function spec(checkout: string, name: string, args: readonly string[]): ServerSpec {
  return { name, runtime: "bun", file: "ws-kit-bun", args, servers: `${checkout}/packages/bench/src/servers/` };
}

/** Whether a server answers this type with anything but an error, which would cost it less. */
async function answers(port: number, type: string): Promise<boolean> {
  const connection = await LoadConnection.open(port, json);
  const answer = connection.next();
  connection.write(clientFrame(json.frame(type, { roomId: "lobby", text: "", seq: 1 }, 0)));
  const frame = JSON.parse(await answer) as { type: string };
  connection.close();
  return !frame.type.endsWith("ERROR");
}
