import { median, quantile } from "../stats.ts";
import { openMany, type LoadConnection } from "./connection.ts";
import type { Dialect } from "./dialects.ts";
import { batch, clientFrame } from "./frames.ts";
import { CpuClock } from "./process-stats.ts";
import type { ServerProcess } from "./server-process.ts";

/** One slice of load. */
export interface Slice {
  /** Server CPU in microseconds for each message answered, or each delivery of a publish. */
  readonly cpuMicros: number;
  readonly perSecond: number;
  /** Shares of their core that the two sides used: the server's near 1 means that the generator kept it busy. */
  readonly serverBusy: number;
  readonly generatorBusy: number;
  /** Round trip of a batch, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Keeps a server busy for a while. */
export interface Load {
  run(ms: number): Promise<Slice>;
  close(): void;
}

const generatorCpu = new CpuClock(process.pid);

/** Each connection sends so many requests in one write and, once all are answered, the next: never more in flight. */
export async function requests(
  server: ServerProcess,
  dialect: Dialect,
  type: string,
  payload: object,
  connections: number,
  inFlight: number,
): Promise<Load> {
  const open = await openMany(connections, server.port, dialect);
  const bytes = batch(Array.from({ length: inFlight }, (_, id) => dialect.frame(type, payload, id)));
  return {
    run: (ms) =>
      slice(server, ms, (state) =>
        Promise.all(
          open.map(
            (connection) =>
              new Promise<void>((resolve) => {
                let left = inFlight;
                let sentAt = performance.now();
                connection.onFrames = (count) => {
                  state.messages += count;
                  left -= count;
                  if (left > 0) return;
                  const now = performance.now();
                  state.trips.push(now - sentAt);
                  if (now >= state.until) return resolve();
                  left = inFlight;
                  sentAt = now;
                  connection.write(bytes);
                };
                connection.write(bytes);
              }),
          ),
        ),
      ),
    close: () => closeAll(open),
  };
}

/** One connection publishes to a topic that all follow; the next few publishes go out once everybody has the last. */
export async function publishes(
  server: ServerProcess,
  dialect: Dialect,
  payload: object,
  followers: number,
  atOnce: number,
): Promise<Load> {
  const open = await openMany(followers, server.port, dialect);
  await join(open, dialect);
  const bytes = batch(Array.from({ length: atOnce }, (_, id) => dialect.frame("PUBLISH", payload, id)));
  const publisher = open[0] as LoadConnection;
  return {
    run: (ms) =>
      slice(
        server,
        ms,
        (state) =>
          new Promise<void>((resolve) => {
            let left = followers * atOnce;
            let sentAt = performance.now();
            const counted = (count: number) => {
              state.messages += count;
              left -= count;
              if (left > 0) return;
              const now = performance.now();
              state.trips.push(now - sentAt);
              if (now >= state.until) return resolve();
              left = followers * atOnce;
              sentAt = now;
              publisher.write(bytes);
            };
            for (const connection of open) connection.onFrames = counted;
            publisher.write(bytes);
          }),
      ),
    close: () => closeAll(open),
  };
}

/** Follows the one topic that publishes go to. */
export async function join(open: readonly LoadConnection[], dialect: Dialect): Promise<void> {
  const frame = clientFrame(dialect.frame("JOIN", { topic: "room", roomId: "room", text: "", seq: 0 }, 0));
  for (let at = 0; at < open.length; at += 100) {
    await Promise.all(
      open.slice(at, at + 100).map((connection) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        connection.onFrames = () => resolve();
        connection.write(frame);
        return promise;
      }),
    );
  }
}

interface SliceState {
  readonly until: number;
  messages: number;
  readonly trips: number[];
}

/** A stalled server is an error, not a very slow one. */
const STALL_MS = 20_000;

async function slice(server: ServerProcess, ms: number, run: (state: SliceState) => Promise<unknown>): Promise<Slice> {
  const begun = performance.now();
  const state: SliceState = { until: begun + ms, messages: 0, trips: [] };
  const [serverBefore, generatorBefore] = [server.cpu.read(), generatorCpu.read()];
  let timer: Timer | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${server.spec.name} stopped answering after ${state.messages} messages`)),
      ms + STALL_MS,
    );
  });
  await Promise.race([run(state), stalled]);
  clearTimeout(timer);
  const wall = (performance.now() - begun) * 1e6;
  const used = server.cpu.read() - serverBefore;
  return {
    cpuMicros: used / 1_000 / state.messages,
    perSecond: (state.messages / wall) * 1e9,
    serverBusy: used / wall,
    generatorBusy: (generatorCpu.read() - generatorBefore) / wall,
    p50: median(state.trips),
    p99: quantile(state.trips, 0.99),
  };
}

function closeAll(open: readonly LoadConnection[]): void {
  for (const connection of open) connection.close();
}
