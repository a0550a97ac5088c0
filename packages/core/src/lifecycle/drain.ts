import { checkMs, type Clock } from "../base/clock.ts";
import { checkOptions, type Kinds } from "../base/options.ts";
import { CLOSE } from "../protocol/codes.ts";
import { GOAWAY_TYPE } from "../protocol/envelope.ts";
import { ping } from "./heartbeat.ts";
import { close, write } from "../sending/frames.ts";
import type { Connection, Listener } from "../state/connection.ts";
import { CLOSED, CLOSING, OPEN } from "../state/phases.ts";

export interface DrainOptions {
  /**
   * Milliseconds that running handlers and rpcs, and their answers on the way, get before their connections are closed.
   * Default 10,000.
   */
  timeoutMs?: number | undefined;
  /**
   * What clients are told to wait at least before they connect again, in milliseconds; of many each is told another figure,
   * so that not more than 2,000 a second come back. 0 tells all of them 0. Default: 0 with an engine, since other nodes
   * are up; otherwise 1,000, and for few clients up to 1,700.
   */
  reconnectAfterMs?: number | undefined;
  /**
   * Milliseconds over which connections are told and closed, the oldest first; at most four fifths of `timeoutMs`. Default:
   * 5 for each connection with an engine, so that the other nodes are not dialed by all at once; 0 without one.
   */
  spreadMs?: number | undefined;
}

const OPTIONS: Kinds<DrainOptions> = { timeoutMs: "any", reconnectAfterMs: "any", spreadMs: "any" };

/** @throws TypeError for an option that does not exist; RangeError for times that are none. `reconnectAfterMs` has to be finite: it travels. */
export function checkDrain(options: DrainOptions): void {
  checkOptions("A drain or stop()", options, OPTIONS);
  const { timeoutMs = 0, reconnectAfterMs = 0, spreadMs = 0 } = options;
  checkMs("timeoutMs", timeoutMs);
  checkMs("reconnectAfterMs", reconnectAfterMs);
  checkMs("spreadMs", spreadMs);
  if (reconnectAfterMs === Infinity) throw new RangeError("reconnectAfterMs must be finite");
}

/**
 * How long clients get to answer that they know of it: until then what they send has to be expected. Those that never
 * answer are other people's.
 */
const GOAWAY_GRACE_MS = 1_000;

/** Why connections are closed. */
export const RESTARTS = "The server restarts";

/** How often connections are looked at while a drain waits, in milliseconds. */
const POLL_MS = 10;

/** Connections that are sent away together, where not all are. */
const WAVE_MS = 100;
const SPREAD_PER_CONNECTION_MS = 5;
const MOST_OF_THE_TIME = 0.8;

/** A lone server is not asked to take back more clients a millisecond than this. */
const RETURNS_PER_MS = 2;

/** Over which clients spread their first dial by themselves. */
const CLIENT_JITTER_MS = 300;

/** Drains several listeners at once; see `Router.drain`. */
export async function drain(hubs: Iterable<Listener>, options: DrainOptions): Promise<void> {
  checkDrain(options);
  await Promise.all([...hubs].map((hub) => drainHub(hub, options)));
}

export async function drainHub(hub: Listener, options: DrainOptions): Promise<void> {
  checkDrain(options);
  const { timeoutMs = 10_000 } = options;
  hub.draining = true;
  hub.untold ??= new Set();
  hub.resume?.endAll(CLOSE.RESTART, RESTARTS);
  const { clock } = hub;
  const until = clock.monotonic() + timeoutMs;
  const waves = wavesOf([...hub.connections], spreadOf(hub, options));
  const wait = waitOf(hub, options);
  await Promise.all(
    waves.map(async (wave, i) => {
      if (i > 0) await pause(clock, i * WAVE_MS);
      await sendAway(hub, wave, until, wait);
    }),
  );
  // A socket may have opened meanwhile.
  await sendAway(hub, [...hub.connections], until, wait);
  await gone(hub);
}

function spreadOf(hub: Listener, { timeoutMs = 10_000, spreadMs }: DrainOptions): number {
  const wanted = spreadMs ?? (hub.link === undefined ? 0 : hub.connections.size * SPREAD_PER_CONNECTION_MS);
  return Math.min(wanted, timeoutMs * MOST_OF_THE_TIME);
}

/** What a client is told to wait: another figure for each. To that it adds a jitter of its own. */
function waitOf(hub: Listener, { reconnectAfterMs }: DrainOptions): () => number {
  const least = reconnectAfterMs ?? (hub.link === undefined ? 1_000 : 0);
  if (least === 0) return () => 0;
  const range = Math.max(
    reconnectAfterMs === undefined ? 700 : 0,
    hub.connections.size / RETURNS_PER_MS - CLIENT_JITTER_MS,
  );
  return () => least + Math.round(Math.random() * range);
}

/** The oldest first, as evenly as whole connections allow. */
function wavesOf(connections: readonly Connection[], spreadMs: number): readonly (readonly Connection[])[] {
  const count = Math.max(1, Math.min(connections.length, Math.ceil(spreadMs / WAVE_MS)));
  const at = (wave: number): number => Math.round((wave * connections.length) / count);
  return Array.from({ length: count }, (_, wave) => connections.slice(at(wave), at(wave + 1)));
}

/** Tells some of a listener's connections, waits for what is under way, and closes them. */
async function sendAway(
  hub: Listener,
  connections: readonly Connection[],
  until: number,
  wait: () => number,
): Promise<void> {
  const { clock, codec } = hub;
  const untold = (hub.untold ??= new Set());
  for (const conn of connections) {
    if (conn.state >= CLOSING) continue;
    untold.add(conn);
    write(conn, codec.encode({ type: GOAWAY_TYPE, payload: { reconnectAfterMs: wait() } }));
  }
  const graceUntil = clock.monotonic() + GOAWAY_GRACE_MS;
  const isUnsettled = (conn: Connection): boolean =>
    isUnfinished(conn) || (untold.has(conn) && clock.monotonic() < graceUntil);
  await whileAny(clock, connections, until, isUnsettled);
  await readByAll(clock, connections, until, untold);
  for (const conn of connections) close(conn, CLOSE.RESTART, RESTARTS);
}

function isUnfinished(conn: Connection): boolean {
  return conn.busy || conn.late !== undefined || conn.socket.getBufferedAmount() > 0;
}

/**
 * What has left this process may wait in the kernel, or in a proxy: a peer that answers a ping has read everything before
 * it. Only those are asked who have said that they listen.
 */
async function readByAll(
  clock: Clock,
  connections: readonly Connection[],
  until: number,
  untold: ReadonlySet<Connection>,
): Promise<void> {
  const asked = connections.filter((conn) => conn.state === OPEN && !untold.has(conn));
  for (const conn of asked) {
    conn.silent = 1;
    ping(conn);
  }
  await whileAny(clock, asked, until, (conn) => conn.silent > 0);
}

/** A peer that does not answer the closing handshake is not waited for longer than a handler would be. */
async function gone(hub: Listener): Promise<void> {
  const { clock, connections, limits } = hub;
  await whileAny(clock, connections, clock.monotonic() + Math.min(1_000, limits.closeGraceMs), () => true, CLOSED);
  for (const conn of connections) conn.socket.terminate();
  const until = clock.monotonic() + limits.closeGraceMs;
  await whileAny(clock, connections, until, () => true, CLOSED);
  while (clock.monotonic() < until && hub.closing.size > 0) await pause(clock, POLL_MS);
}

/** Waits while any connection below a state is like that, but not beyond a moment. */
async function whileAny(
  clock: Clock,
  connections: Iterable<Connection>,
  until: number,
  isLikeThat: (conn: Connection) => boolean,
  below: number = CLOSING,
): Promise<void> {
  while (clock.monotonic() < until && some(connections, (conn) => conn.state < below && isLikeThat(conn))) {
    await pause(clock, POLL_MS);
  }
}

function some(connections: Iterable<Connection>, holds: (conn: Connection) => boolean): boolean {
  for (const conn of connections) if (holds(conn)) return true;
  return false;
}

/** A server that stops has nothing else that keeps its process alive. */
export function pause(clock: Clock, ms: number = POLL_MS): Promise<void> {
  return new Promise<void>((resolve) => {
    if (clock.wait === undefined) clock.setTimeout(resolve, ms);
    else clock.wait(resolve, ms);
  });
}
