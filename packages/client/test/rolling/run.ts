import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { wsClient } from "@ws-kit/client";
import { BUN, lineOf } from "../process.ts";
import { startBalancer } from "./balancer.ts";
import { Ask, Note } from "./messages.ts";

/** What a rolling restart did to its clients. */
export interface Outcome {
  readonly calls: number;
  readonly answered: number;
  /** Why the others were not, and how often. */
  readonly failed: Readonly<Record<string, number>>;
  readonly notes: number;
  /** Notes that were reported lost, by kind of report. */
  readonly reported: Readonly<Record<string, number>>;
  /** Notes and calls that no server, or more than one, has handled. */
  readonly missing: number;
  readonly twice: number;
  readonly reconnects: number;
  /** For how long the process of the clients and the line stood still at most, in milliseconds: nobody can answer meanwhile. */
  readonly stoodStillMs: number;
}

export interface Plan {
  readonly runtime: "bun" | "node";
  readonly clients: number;
  readonly delayMs: number;
  /** How often every process is replaced. */
  readonly rounds: number;
  /** Milliseconds between a client's messages. */
  readonly everyMs: number;
}

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
}

const LOOK_MS = 20;

/** Replaces one process after the other behind a proxy, while clients send and ask. */
export async function roll({ runtime, clients, delayMs, rounds, everyMs }: Plan): Promise<Outcome> {
  const balancer = await startBalancer(delayMs);
  const running: Running[] = [];
  const handled: string[] = [];
  let stoodStillMs = 0;
  let looked = performance.now();
  const watch = setInterval(() => {
    const now = performance.now();
    stoodStillMs = Math.max(stoodStillMs, now - looked - LOOK_MS);
    looked = now;
  }, LOOK_MS);
  try {
    for (let i = 0; i < 2; i++) running.push(await start(runtime));
    balancer.targets = running.map(({ port }) => port);
    const users = Array.from({ length: clients }, (_, n) => use(`ws://127.0.0.1:${balancer.port}/`, n, everyMs));
    await Promise.all(users.map(({ ready }) => ready));
    await sleep(1_000);
    for (let round = 0; round < rounds; round++) {
      for (const i of [0, 1]) {
        const old = running[i] as Running;
        const fresh = await start(runtime);
        running[i] = fresh;
        balancer.targets = running.map(({ port }) => port);
        handled.push(...(await stop(old)));
        await sleep(500);
      }
    }
    const reports = await Promise.all(users.map((user) => user.stop()));
    for (const one of running) handled.push(...(await stop(one)));
    return { ...sumUp(reports, handled), stoodStillMs };
  } finally {
    clearInterval(watch);
    for (const { child } of running) child.kill("SIGKILL");
    await balancer.close();
  }
}

async function start(runtime: "bun" | "node"): Promise<Running> {
  const command = runtime === "bun" ? BUN : process.execPath;
  const child = spawn(command, [join(import.meta.dirname, "server.ts")], { stdio: ["ignore", "pipe", "inherit"] });
  const [, port] = await lineOf(child, /^listening on (\d+)$/);
  return { child, port: Number(port) };
}

/** @returns what it handled. */
async function stop({ child }: Running): Promise<string[]> {
  const said = lineOf(child, /^handled (.*)$/);
  child.kill("SIGTERM");
  const [, list = "[]"] = await said;
  return JSON.parse(list) as string[];
}

interface Report {
  readonly asked: string[];
  readonly noted: string[];
  readonly failed: string[];
  readonly reported: string[];
  answered: number;
  reconnects: number;
}

/** One client that sends and asks in turn. */
function use(url: string, number: number, everyMs: number): { ready: Promise<void>; stop(): Promise<Report> } {
  const report: Report = { asked: [], noted: [], failed: [], reported: [], answered: 0, reconnects: 0 };
  const client = wsClient({ url });
  client.onError((_, { type }) => void report.reported.push(type));
  client.onState((state) => {
    if (state === "reconnecting") report.reconnects++;
  });
  const pending = new Set<Promise<void>>();
  let n = 0;
  const act = () => {
    const id = `${number}-${n++}`;
    if (n % 2 === 0) {
      if (client.send(Note, { id })) report.noted.push(id);
    } else ask(id);
  };
  const ask = (id: string) => {
    report.asked.push(id);
    const watched = client
      .request(Ask, { id })
      .then(
        ({ payload }) => {
          if (payload.id === id) report.answered++;
        },
        (error: Error) => void report.failed.push(`${error.name}: ${error.message}`),
      )
      .finally(() => pending.delete(watched));
    pending.add(watched);
  };
  let timer: ReturnType<typeof setInterval> | undefined;
  const ready = client.connect().then(() => {
    timer = setInterval(act, everyMs);
  });
  return {
    ready,
    async stop() {
      clearInterval(timer);
      while (pending.size > 0) await Promise.all(pending);
      await client.connect();
      // What was sent last is confirmed by the answer behind it.
      await client.request(Ask, { id: `${number}-last` });
      await client.close();
      return report;
    },
  };
}

function sumUp(reports: readonly Report[], handled: readonly string[]): Omit<Outcome, "stoodStillMs"> {
  const times = new Map<string, number>();
  for (const id of handled) times.set(id, (times.get(id) ?? 0) + 1);
  const sent = reports.flatMap(({ asked, noted }) => [...asked, ...noted]);
  return {
    calls: reports.reduce((sum, { asked }) => sum + asked.length, 0),
    answered: reports.reduce((sum, { answered }) => sum + answered, 0),
    failed: counts(reports.flatMap(({ failed }) => failed)),
    notes: reports.reduce((sum, { noted }) => sum + noted.length, 0),
    reported: counts(reports.flatMap(({ reported }) => reported)),
    missing: sent.filter((id) => !times.has(id)).length,
    twice: [...times.values()].filter((count) => count > 1).length,
    reconnects: reports.reduce((sum, { reconnects }) => sum + reconnects, 0),
  };
}

function counts(names: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of names) found[name] = (found[name] ?? 0) + 1;
  return found;
}
