import type { Client, ConnectionState, StateInfo } from "@ws-kit/client";
import { useCallback, useSyncExternalStore } from "react";
import { useClient } from "./provider.ts";

export interface Connection extends StateInfo {
  readonly state: ConnectionState;
  readonly isConnected: boolean;
}

const ON_A_SERVER: Connection = { state: "closed", isConnected: false };

/** One object a change of state, whoever asks and however often. */
const snapshots = new WeakMap<StateInfo, Connection>();

function snapshotOf(client: Client): Connection {
  const { state, stateInfo } = client;
  const known = snapshots.get(stateInfo);
  if (known?.state === state) return known;
  const made = { ...stateInfo, state, isConnected: state === "open" };
  snapshots.set(stateInfo, made);
  return made;
}

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
    useCallback((changed) => client.onState(changed), [client]),
    () => snapshotOf(client),
    () => ON_A_SERVER,
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
    useCallback(
      (changed) => {
        const timer = setInterval(changed, intervalMs);
        return () => clearInterval(timer);
      },
      [intervalMs],
    ),
    () => client.latencyMs,
    () => undefined,
  );
}
