import { Turns } from "../base/turns.ts";
import { leaveNativeTopics, returnToNativeTopics } from "./backlog.ts";
import { closeNow } from "./frames.ts";
import { report } from "./report.ts";
import type { Connection, Listener } from "../state/connection.ts";
import { LEAVING } from "../state/phases.ts";

// Where a schema or a filter has to be waited for, everything that its connection sends afterwards waits as well: messages,
// answers and their progress, errors, what it publishes, what is published to it, and its close.

/** Whether what is sent now has to wait. */
export function waits({ outbox }: Connection): boolean {
  return outbox !== undefined && !outbox.acting;
}

/** Goes on with a value when it is there, in the place that it has now among all that the connection sends. */
export function inTurn<T>(
  conn: Connection,
  value: PromiseLike<T>,
  then: (value: T) => void,
  failed: (error: unknown) => void,
): void {
  inTurnOf(conn.hub, conn, value, then, failed);
}

/** As `inTurn`; without a connection, among all that the listener publishes by itself. */
export function inTurnOf<T>(
  hub: Listener,
  conn: Connection | undefined,
  value: PromiseLike<T>,
  then: (value: T) => void,
  failed: (error: unknown) => void,
): void {
  const outbox = conn === undefined ? publishing(hub) : outboxOf(conn);
  // What comes after a close is for others alone.
  const leaving = conn !== undefined && conn.state >= LEAVING;
  outbox.addLater(
    Promise.resolve(value).then(
      (ready) => () => then(ready),
      (error: unknown) => () => failed(error),
    ),
    !leaving,
  );
}

function publishing(hub: Listener): Turns {
  return (hub.outbox ??= new Turns(
    () => (hub.outbox = undefined),
    (error) => report(hub, error, undefined),
  ));
}

function outboxOf(conn: Connection): Turns {
  if (conn.outbox !== undefined) return conn.outbox;
  // The runtime would let what it publishes itself overtake what waits here.
  leaveNativeTopics(conn);
  conn.outbox = new Turns(
    () => emptied(conn),
    (error) => report(conn.hub, error, undefined, conn),
  );
  return conn.outbox;
}

function emptied(conn: Connection): void {
  const { hub } = conn;
  conn.outbox = undefined;
  if (!conn.congested) returnToNativeTopics(conn);
  if (conn.state === LEAVING) closeNow(conn);
  hub.runtime.settled?.(conn);
}
