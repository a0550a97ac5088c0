import type { Client } from "../api/client.ts";
import type { Off } from "../api/off.ts";
import type { ConnectionState, StateInfo } from "../api/states.ts";
import type { Show } from "./show.ts";

/** Where a connection stands, with the circumstances of its last change. */
export interface Connection extends StateInfo {
  readonly state: ConnectionState;
  readonly isConnected: boolean;
}

/** What is shown before a component is there: on a server, and until a page has taken over what that has rendered. */
export const CONNECTING: Connection = { state: "connecting", isConnected: false };

/** What may be asked of one, for frameworks that look at fields. */
export const CONNECTION_FIELDS: (keyof Connection)[] = ["state", "isConnected", "code", "reason", "delayMs", "attempt"];

const snapshots = new WeakMap<StateInfo, Connection>();

/** Where it stands now: one object a change of state, whoever asks and however often. */
export function connectionOf(client: Client): Connection {
  const { state, stateInfo } = client;
  const known = snapshots.get(stateInfo);
  if (known?.state === state) return known;
  const made = { ...stateInfo, state, isConnected: state === "open" };
  snapshots.set(stateInfo, made);
  return made;
}

/** Shows where the connection stands, now and after each change. */
export function watchConnection(client: Client, show: Show<Connection>): Off {
  const tell = (): void => show(() => connectionOf(client));
  const off = client.onState(tell);
  tell();
  return off;
}

/** The last heartbeat. */
export interface Latency {
  /** Its round trip in milliseconds; undefined before the first. */
  readonly ms: number | undefined;
}

/** What is shown before the first heartbeat. */
export const UNMEASURED: Latency = { ms: undefined };

/**
 * Shows the last heartbeat's round trip.
 *
 * @param intervalMs How often it is looked at. Default: 1,000.
 */
export function watchLatency(client: Client, show: Show<Latency>, intervalMs = 1_000): Off {
  const tell = (): void => show((now) => (now.ms === client.latencyMs ? now : { ms: client.latencyMs }));
  const timer = setInterval(tell, intervalMs);
  tell();
  return () => clearInterval(timer);
}
