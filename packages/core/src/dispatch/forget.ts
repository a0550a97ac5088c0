import type { Outcome } from "../api/facts.ts";
import { caughtUp } from "./ahead.ts";
import type { Connection, Incoming } from "../state/connection.ts";

/** Tells extensions how a message ended whose turn never came. */
export function neverStarted(conn: Connection, { envelope, arrived }: Incoming, outcome: Outcome, code?: string): void {
  const { hooks } = conn.hub;
  if (hooks === undefined) return;
  const route = conn.hub.routes()[envelope.type];
  if (route === undefined) {
    return hooks.refused(conn, envelope.type, envelope.meta?.correlationId, undefined, "Its connection closed");
  }
  hooks.settled(conn, envelope, route, { receivedAt: -arrived, startedAt: 0 }, outcome, code, false);
}

/** Lets go of everything that waits: there is nobody left to run it for. */
export function forgetWaiting(conn: Connection): void {
  const { waiting } = conn;
  conn.waiting = undefined;
  caughtUp(conn);
  for (const incoming of waiting ?? []) neverStarted(conn, incoming, "abandoned");
}
