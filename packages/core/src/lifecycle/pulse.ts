import type { Listener } from "../state/connection.ts";
import { Heartbeat } from "./heartbeat.ts";
import { SilenceWatch } from "./silence.ts";

/** What finds dead peers. */
export type Pulse = Heartbeat | SilenceWatch;

/** Undefined where the runtime or the adapter finds them by itself. */
export function pulseOf(hub: Listener): Pulse | undefined {
  const { ownHeartbeat, endsSilent, sleeps } = hub.runtime;
  if (ownHeartbeat === true || sleeps === true) return undefined;
  if (hub.heartbeat !== undefined) return new Heartbeat(hub, hub.heartbeat);
  return endsSilent === true ? undefined : new SilenceWatch(hub);
}
