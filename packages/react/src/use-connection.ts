import { CONNECTING, type Connection, connectionOf, watchConnection, watchLatency } from "@ws-kit/client/views";
import { useCallback, useSyncExternalStore } from "react";
import { useClient } from "./provider.ts";

/**
 * Where the connection stands, with the circumstances of its last change: `code` and `reason` where it was closed, `delayMs`
 * and `attempt` where it waits to dial again. Renders when that changes, and at no other time.
 *
 * @example
 * const { state, attempt } = useConnection();
 * if (state === "reconnecting") return <p>Connecting again, attempt {attempt}</p>;
 */
export function useConnection(): Connection {
  const client = useClient();
  return useSyncExternalStore(
    useCallback((changed) => watchConnection(client, changed), [client]),
    () => connectionOf(client),
    () => CONNECTING,
  );
}

/**
 * Round trip of the last heartbeat in milliseconds; undefined before the first.
 *
 * @param intervalMs How often it is looked at. Default: 1,000. Renders only where it has changed.
 */
export function useLatency(intervalMs = 1_000): number | undefined {
  const client = useClient();
  return useSyncExternalStore(
    useCallback((changed) => watchLatency(client, changed, intervalMs), [client, intervalMs]),
    () => client.latencyMs,
    () => undefined,
  );
}
