import type { RuntimeSocket } from "../ports/socket.ts";

/** Finds dead peers: pings every connection, and closes with 4408 those from which nothing came back. */
export interface HeartbeatOptions {
  /** Milliseconds between pings. Default 25,000. */
  intervalMs?: number | undefined;
  /** Milliseconds in which anything at all must arrive after a ping. Default 10,000; less than the interval. */
  timeoutMs?: number | undefined;
  /** Called before a silent connection is ended. */
  onStaleConnection?: ((clientId: string, ws: RuntimeSocket) => void) | undefined;
}

export interface ResolvedHeartbeat {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly onStaleConnection: HeartbeatOptions["onStaleConnection"];
}

/** @throws RangeError when a figure is not a positive number, or the timeout is not below the interval. */
export function resolveHeartbeat(options: HeartbeatOptions): ResolvedHeartbeat {
  const { intervalMs = 25_000, onStaleConnection } = options;
  const { timeoutMs = Math.min(10_000, intervalMs * 0.8) } = options;
  const numbers = typeof intervalMs === "number" && typeof timeoutMs === "number";
  if (!numbers || !(intervalMs > 0) || !(timeoutMs > 0) || timeoutMs >= intervalMs) {
    throw new RangeError(
      `heartbeat needs 0 < timeoutMs < intervalMs; it has timeoutMs ${timeoutMs} and intervalMs ${intervalMs}`,
    );
  }
  return { intervalMs, timeoutMs, onStaleConnection };
}
