import type { Dialect } from "./load/dialects.ts";
import type { Load, Slice } from "./load/workloads.ts";
import { join, publishes, requests } from "./load/workloads.ts";
import { openMany } from "./load/connection.ts";
import { residentBytes } from "./load/process-stats.ts";
import { ServerProcess } from "./load/server-process.ts";
import { median } from "./stats.ts";
import type { Entry, Suite } from "./suites.ts";

export interface Effort {
  /** How often everything begins again with fresh servers. */
  readonly passes: number;
  /** Slices of each server in one pass. */
  readonly rounds: number;
  readonly sliceMs: number;
  readonly warmMs: number;
}

export interface LoadFigure extends Slice {
  readonly name: string;
  /** Server CPU against the first of its suite: median over rounds of the ratio within a round. */
  readonly ratio: number;
}

const CONNECTIONS = 50;
const PUBLISHES_AT_ONCE = 4;

/** Opens the connections of a workload. */
export function begin(server: ServerProcess, dialect: Dialect, workload: Suite["workload"]): Promise<Load> {
  const payload = {
    roomId: "lobby",
    text: "x".repeat(workload.kind === "requests" ? workload.textBytes : 30),
    seq: 12_345,
  };
  return workload.kind === "publish"
    ? publishes(server, dialect, payload, workload.followers, PUBLISHES_AT_ONCE)
    : requests(server, dialect, workload.type, payload, workload.connections ?? CONNECTIONS, workload.inFlight);
}

/**
 * Runs all servers of a suite side by side, one slice after the other, so that what disturbs one disturbs all; and all of
 * that several times in fresh processes, since a compiler that decides otherwise makes one process a tenth slower.
 */
export async function measureSuite(suite: Suite, effort: Effort): Promise<LoadFigure[]> {
  const slices: Slice[][] = suite.entries.map(() => []);
  for (let pass = 0; pass < effort.passes; pass++) {
    for (const [i, measured] of (await measurePass(suite, effort)).entries()) slices[i]?.push(...measured);
  }
  return suite.entries.map(({ name }, i) => {
    const own = slices[i] ?? [];
    const middle = (of: (slice: Slice) => number) => median(own.map(of));
    return {
      name,
      ratio: median(own.map((slice, round) => slice.cpuMicros / (slices[0]?.[round]?.cpuMicros ?? Number.NaN))),
      cpuMicros: middle((slice) => slice.cpuMicros),
      perSecond: middle((slice) => slice.perSecond),
      serverBusy: middle((slice) => slice.serverBusy),
      generatorBusy: middle((slice) => slice.generatorBusy),
      p50: middle((slice) => slice.p50),
      p99: middle((slice) => slice.p99),
    };
  });
}

/** The slices of each server. */
async function measurePass(suite: Suite, { rounds, sliceMs, warmMs }: Effort): Promise<Slice[][]> {
  const running: { server: ServerProcess; load: Load; slices: Slice[] }[] = [];
  try {
    for (const entry of suite.entries) {
      const server = await ServerProcess.start(entry.server);
      running.push({ server, load: await begin(server, entry.dialect, suite.workload), slices: [] });
    }
    for (const { load } of running) await load.run(warmMs);
    for (let round = 0; round < rounds; round++) {
      // Every other round backwards: nobody always comes after the same neighbour.
      for (const each of round % 2 === 0 ? running : running.toReversed())
        each.slices.push(await each.load.run(sliceMs));
    }
    return running.map(({ slices }) => slices);
  } finally {
    for (const { load, server } of running) {
      load.close();
      await server.stop();
    }
  }
}

export interface MemoryFigure {
  readonly name: string;
  readonly connections: number;
  readonly topic: boolean;
  /** Resident bytes that each idle connection adds, after garbage collection. */
  readonly bytes: number;
  /** The same of the heap alone, as the runtime counts it. */
  readonly heapBytes: number;
  /** Microseconds of CPU for one to connect, and to follow its topic. */
  readonly connectMicros: number;
}

/** Opened before the others, and not weighed: compiled code, and what grows in steps, is not theirs. */
const WARM_CONNECTIONS = 2_000;

/** Opens so many connections to a fresh server each time, and weighs it before and after. */
export async function measureMemory(
  entries: readonly Entry[],
  connections: number,
  topic: boolean,
  rounds: number,
): Promise<MemoryFigure[]> {
  const found = new Map(entries.map(({ name }) => [name, [] as [bytes: number, heapBytes: number, micros: number][]]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, server: spec, dialect } of entries) {
      const server = await ServerProcess.start(spec);
      // What a server allocates once, its compiled code included, is not the connections'.
      const first = await openMany(WARM_CONNECTIONS, server.port, dialect);
      if (topic) await join(first, dialect);
      const [heapBefore, before] = [await server.collect(), residentBytes(server.pid)];
      const cpuBefore = server.cpu.read();
      const open = await openMany(connections, server.port, dialect);
      if (topic) await join(open, dialect);
      const nanos = server.cpu.read() - cpuBefore;
      const [heapAfter, after] = [await server.collect(), residentBytes(server.pid)];
      const each = [after - before, heapAfter - heapBefore, nanos / 1_000].map((all) => all / connections);
      found.get(name)?.push(each as [number, number, number]);
      for (const connection of [...first, ...open]) connection.close();
      await server.stop();
    }
  }
  return entries.map(({ name }) => {
    const [bytes, heapBytes, connectMicros] = [0, 1, 2].map((i) =>
      median((found.get(name) ?? []).map((figures) => figures[i] as number)),
    ) as [number, number, number];
    return { name, connections, topic, bytes, heapBytes, connectMicros };
  });
}

export interface StartFigure {
  readonly name: string;
  /** Milliseconds from the start of the process until it listens. */
  readonly ms: number;
  readonly ratio: number;
}

export async function measureStart(entries: readonly Entry[], rounds: number): Promise<StartFigure[]> {
  const times = entries.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { server: spec }] of entries.entries()) {
      const begun = performance.now();
      const server = await ServerProcess.start(spec);
      times[i]?.push(performance.now() - begun);
      await server.stop();
    }
  }
  return entries.map(({ name }, i) => ({
    name,
    ms: median(times[i] ?? []),
    ratio: median((times[i] ?? []).map((ms, round) => ms / (times[0]?.[round] ?? Number.NaN))),
  }));
}
