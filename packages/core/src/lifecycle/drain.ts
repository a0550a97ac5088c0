import { checkMs } from "../base/clock.ts";
import { CLOSE } from "../protocol/codes.ts";
import { GOAWAY_TYPE } from "../protocol/envelope.ts";
import { close, write } from "../sending/frames.ts";
import type { Listener } from "../state/connection.ts";
import { CLOSING } from "../state/phases.ts";

export interface DrainOptions {
  /** Milliseconds that running handlers and rpcs get before their connections are closed. Default 10,000. */
  timeoutMs?: number;
  /** What clients are told to wait before they connect again, in milliseconds. Default 1,000. */
  reconnectAfterMs?: number;
}

/** @throws RangeError for times that are none. `reconnectAfterMs` has to be finite: it travels. */
export function checkDrain({ timeoutMs = 0, reconnectAfterMs = 0 }: DrainOptions): void {
  checkMs("timeoutMs", timeoutMs);
  checkMs("reconnectAfterMs", reconnectAfterMs);
  if (reconnectAfterMs === Infinity) throw new RangeError("reconnectAfterMs must be finite");
}

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
  const goaway = hub.codec.encode({ type: GOAWAY_TYPE, payload: { reconnectAfterMs } });
  for (const conn of hub.connections) write(conn, goaway);
  const { clock } = hub;
  const until = clock.monotonic() + timeoutMs;
  const pause = () => new Promise<void>((resolve) => void clock.setTimeout(resolve, POLL_MS));
  while (clock.monotonic() < until && [...hub.connections].some((conn) => conn.state < CLOSING && conn.busy))
    await pause();
  for (const conn of hub.connections) close(conn, CLOSE.RESTART, "The server restarts");
  // A peer that does not answer the closing handshake is not waited for longer than a handler would be.
  const closeUntil = clock.monotonic() + Math.min(1_000, hub.limits.closeGraceMs);
  while (clock.monotonic() < closeUntil && hub.connections.size > 0) await pause();
  for (const conn of hub.connections) conn.socket.terminate();
  const graceUntil = clock.monotonic() + hub.limits.closeGraceMs;
  while (clock.monotonic() < graceUntil && (hub.connections.size > 0 || hub.closing.size > 0)) await pause();
}
