import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { freePort } from "../../../../test/ports.ts";
import { openPage } from "../page.ts";
import { startServer } from "../process.ts";
import { type Load, type Report, startLoad } from "./load.ts";
import { suffer } from "./life.ts";
import { seeded, startProxy } from "./proxy.ts";

/** Where the client under test runs: a page of this browser, or this process. */
export type Place = Browser | undefined;

export interface Findings {
  report: Report;
  /** Numbers in the order in which servers read them. */
  arrived: number[];
  stored: number[];
  /** Codes with which connections closed at servers, while the load was on. */
  closed: number[];
  /** What happened to the connection, for whoever reads along. */
  events: Record<string, number>;
  seed: number;
}

/** Puts a proxy between client and server that cuts, stalls, delays and half-opens, and lets a page suffer as well. */
export async function throughProxy(
  place: Place,
  ms: number,
  seed: number = Date.now(),
  resume: boolean = false,
): Promise<Findings> {
  return withLog(seed, async (log) => {
    const server = await startServer(0, "chaos/server.ts", { LOG: log, RESUME: resume ? "yes" : "no" });
    const proxy = await startProxy(server.port, seeded(seed));
    try {
      // A queue that overflows is reported, and is no fault of a connection that goes on: there it holds all that an outage brings.
      const load = await begin(place, `ws://127.0.0.1:${proxy.port}/`, String(seed), resume ? 10_000 : 200);
      const suffered = await load.suffer(ms, seeded(seed + 1));
      proxy.calm();
      return { report: await load.stop(), events: { ...proxy.done, ...suffered } };
    } finally {
      await proxy.close();
      await server.kill();
    }
  });
}

/** Ends the server with SIGKILL again and again, under load. */
export async function throughKills(place: Place, kills: number, seed: number = Date.now()): Promise<Findings> {
  const random = seeded(seed);
  const port = await freePort();
  return withLog(seed, async (log) => {
    let server = await startServer(port, "chaos/server.ts", { LOG: log });
    try {
      const load = await begin(place, server.url, String(seed));
      for (let kill = 0; kill < kills; kill++) {
        await sleep(100 + random() * 500);
        await server.kill();
        await sleep(random() * 200);
        server = await startServer(port, "chaos/server.ts", { LOG: log });
      }
      return { report: await load.stop(), events: { kill: kills } };
    } finally {
      await server.kill();
    }
  });
}

/** Messages that a server has read and that the client has reported lost. */
export function falseReports(arrived: readonly number[], reported: readonly number[]): number[] {
  const here = new Set(arrived);
  return reported.filter((n) => here.has(n));
}

/** A good network, and a page that is hidden, frozen, offline by its own word, and whose clock jumps. */
export async function throughLife(browser: Browser, ms: number, seed: number = Date.now()): Promise<Findings> {
  return withLog(seed, async (log) => {
    const server = await startServer(0, "chaos/server.ts", { LOG: log });
    try {
      const load = await begin(browser, server.url, String(seed));
      const events = await load.suffer(ms, seeded(seed));
      return { report: await load.stop(), events };
    } finally {
      await server.kill();
    }
  });
}

/** What is wrong with a run; nothing, if the client kept its word. */
export function faults(
  { report, arrived, stored, events, seed }: Findings,
  storesOnce: boolean,
  quiet: boolean = false,
): string[] {
  const { accepted, reported, requests, answered, failed } = report;
  const found: string[] = [];
  const check = (holds: boolean, what: string): void => void (holds || found.push(`${what} (seed ${seed})`));
  const settled = Object.values(failed).reduce((sum, count) => sum + count, answered);
  const known = new Set(reported);
  const certain = arrived.filter((n) => !known.has(n));
  const here = new Set(arrived);
  const missing = accepted.filter((n) => !here.has(n) && !known.has(n));

  check(
    settled === requests && report.wrong === 0,
    `${requests} requests, ${settled} settled, ${report.wrong} wrongly`,
  );
  check(missing.length === 0, `Neither arrived nor reported: ${missing.slice(0, 10).join()}`);
  check(here.size === arrived.length, "A message arrived twice");
  // On a line that nobody cuts everything arrives, however the page fares.
  const lies = falseReports(arrived, reported).length;
  check(!quiet || lies === 0, `${lies} messages arrived and were reported lost all the same`);
  check(
    certain.every((n, at) => at === 0 || n > (certain[at - 1] as number)),
    "Messages arrived out of order",
  );
  check(!storesOnce || new Set(stored).size === stored.length, "An idempotent request ran twice");
  check(report.errors.length === 0, `Other errors: ${[...new Set(report.errors)].slice(0, 5).join()}`);
  // A run in which nothing happened proves nothing.
  check(
    (quiet || report.reconnects > 0) && answered > 0 && arrived.length > 0,
    `Nothing happened: ${JSON.stringify(events)}`,
  );
  return found;
}

/** What is wrong with a run against a server that resumes connections: more has to be right. */
export function resumeFaults(findings: Findings): string[] {
  const { report, closed, seed } = findings;
  const { failed, reported } = report;
  const found = faults(findings, true, true);
  const check = (holds: boolean, what: string): void => void (holds || found.push(`${what} (seed ${seed})`));
  check(Object.keys(failed).length === 0, `Requests failed: ${JSON.stringify(failed)}`);
  check(reported.length === 0, `${reported.length} messages were given up`);
  check(report.reconnects > 0, "No connection was cut");
  // The load itself closes its connection in the end, of which the log may know no more.
  check(["", "1000"].includes(closed.join()), `Connections closed: ${closed.join()}`);
  return found;
}

/** A load, and what can befall it beside its network. */
interface Begun extends Load {
  /** Lets so much time pass. @returns how often what happened. */
  suffer(ms: number, random: () => number): Promise<Record<string, number>>;
}

async function begin(place: Place, url: string, run: string, queueSize: number = 200): Promise<Begun> {
  if (!place) {
    const load = startLoad(url, run, queueSize);
    return { stop: () => load.stop(), suffer: (ms) => sleep(ms, {}) };
  }
  const page = await openPage(place, "chaos/page.ts");
  await page.evaluate(([to, name, size]) => chaosLoad.start(to, name, size), [url, run, queueSize] as const);
  return {
    suffer: (ms, random) => suffer(page, ms, random),
    async stop() {
      const report = await page.evaluate(() => chaosLoad.stop());
      await page.close();
      return report;
    },
  };
}

async function withLog(
  seed: number,
  run: (log: string) => Promise<{ report: Report; events: Record<string, number> }>,
): Promise<Findings> {
  const directory = await mkdtemp(join(tmpdir(), "ws-kit-chaos-"));
  try {
    const log = join(directory, "log");
    const { report, events } = await run(log);
    const lines = readFileSync(log, "utf8").split("\n");
    const of = (what: string): number[] =>
      lines
        .map((line) => line.split(" "))
        .filter(([, did]) => did === what)
        .map(([, , n]) => Number(n));
    return { report, events, seed, arrived: of("arrived"), stored: of("stored"), closed: of("closed") };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
