import { checkMs, type Clock } from "../base/clock.ts";
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
  /** What clients are told to wait before they connect again, in milliseconds. Default 1,000. */
  reconnectAfterMs?: number | undefined;
}

/** @throws RangeError for times that are none. `reconnectAfterMs` has to be finite: it travels. */
export function checkDrain({ timeoutMs = 0, reconnectAfterMs = 0 }: DrainOptions): void {
  checkMs("timeoutMs", timeoutMs);
  checkMs("reconnectAfterMs", reconnectAfterMs);
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

/** Drains several listeners at once; see `Router.drain`. */
export async function drain(hubs: Iterable<Listener>, options: DrainOptions): Promise<void> {
  checkDrain(options);
  await Promise.all([...hubs].map((hub) => drainHub(hub, options)));
}

export async function drainHub(
  hub: Listener,
  { timeoutMs = 10_000, reconnectAfterMs = 1_000 }: DrainOptions,
): Promise<void> {
  checkDrain({ timeoutMs, reconnectAfterMs });
  hub.draining = true;
  const { clock } = hub;
  const begun = clock.monotonic();
  const until = begun + timeoutMs;
  const goaway = hub.codec.encode({ type: GOAWAY_TYPE, payload: { reconnectAfterMs } });
  const untold = (hub.untold = new Set(hub.connections));
  for (const conn of untold) write(conn, goaway);

  const graceUntil = begun + GOAWAY_GRACE_MS;
  await whileAny(hub, until, (conn) => isUnfinished(conn) || (untold.has(conn) && clock.monotonic() < graceUntil));
  await readByAll(hub, until, untold);
  for (const conn of hub.connections) close(conn, CLOSE.RESTART, RESTARTS);
  await gone(hub);
}

function isUnfinished(conn: Connection): boolean {
  return conn.busy || conn.late !== undefined || conn.socket.getBufferedAmount() > 0;
}

/**
 * What has left this process may wait in the kernel, or in a proxy: a peer that answers a ping has read everything before
 * it. Only those are asked who have said that they listen.
 */
async function readByAll(hub: Listener, until: number, untold: ReadonlySet<Connection>): Promise<void> {
  const asked = new Set<Connection>();
  for (const conn of hub.connections) {
    if (conn.state !== OPEN || untold.has(conn)) continue;
    asked.add(conn);
    conn.silent = 1;
    ping(conn);
  }
  await whileAny(hub, until, (conn) => asked.has(conn) && conn.silent > 0);
}

/** A peer that does not answer the closing handshake is not waited for longer than a handler would be. */
async function gone(hub: Listener): Promise<void> {
  const { clock, limits } = hub;
  await whileAny(hub, clock.monotonic() + Math.min(1_000, limits.closeGraceMs), () => true, CLOSED);
  for (const conn of hub.connections) conn.socket.terminate();
  const until = clock.monotonic() + limits.closeGraceMs;
  await whileAny(hub, until, () => true, CLOSED);
  while (clock.monotonic() < until && hub.closing.size > 0) await pause(clock);
}

/** Waits while any connection below a state is like that, but not beyond a moment. */
async function whileAny(
  hub: Listener,
  until: number,
  isLikeThat: (conn: Connection) => boolean,
  below: number = CLOSING,
): Promise<void> {
  const { clock, connections } = hub;
  while (clock.monotonic() < until && [...connections].some((conn) => conn.state < below && isLikeThat(conn))) {
    await pause(clock);
  }
}

/** The time between two looks. A server that stops has nothing else that keeps its process alive. */
export function pause(clock: Clock): Promise<void> {
  return new Promise<void>((resolve) => {
    if (clock.wait === undefined) clock.setTimeout(resolve, POLL_MS);
    else clock.wait(resolve, POLL_MS);
  });
}
