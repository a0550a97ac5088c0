import type { ResolvedResume } from "../api/resume.ts";
import type { Connection, Listener } from "../state/connection.ts";
import { type Counted, Sessions } from "./sessions.ts";

/**
 * What keeps the connections of a listener, where its router wants that.
 * @param over Ends a connection for good.
 * @throws TypeError where none can outlive its socket.
 */
export function sessionsOf(
  hub: Listener,
  options: ResolvedResume | undefined,
  slots: Counted,
  over: (conn: Connection, code: number, reason: string) => void,
): Sessions | undefined {
  if (options === undefined) return undefined;
  if (hub.runtime.sleeps === true) {
    throw new TypeError(
      "createRouter({ resume }) cannot be honoured in a Durable Object: it may sleep, and what is kept of a broken connection would be gone. Leave it out there; topics with a history bring back what was published meanwhile",
    );
  }
  return new Sessions(hub, options, slots, over);
}
