import { keepAhead } from "./ahead.ts";
import { control } from "./control.ts";
import { decode } from "./decode.ts";
import { enqueue } from "./lane.ts";
import { start } from "./run.ts";
import { CONTROL_PREFIX } from "../protocol/envelope.ts";
import type { Connection } from "../state/connection.ts";
import type { Frame } from "../state/laggards.ts";
import { CLOSING } from "../state/phases.ts";

/** The way of every incoming frame, from the adapter to its handler. */
export function receive(conn: Connection, data: Frame): void {
  if (conn.state >= CLOSING) return;
  conn.silent = 0;
  if (conn.paused && keepAhead(conn, data)) return;
  const { hooks } = conn.hub;
  if (hooks !== undefined && !hooks.admits(conn, data)) return;
  const envelope = decode(conn, data);
  if (envelope === undefined) return;
  const arrived = hooks === undefined ? 0 : hooks.received(conn, envelope, lengthOf(data));
  if (conn.holder === undefined && conn.waiting === undefined) start(conn, envelope, arrived);
  else if (envelope.type.startsWith(CONTROL_PREFIX)) control(conn, envelope);
  else enqueue(conn, envelope, arrived);
}

/** Starts a frame that was read in advance, when all before it have been started. */
export function take(conn: Connection, data: Frame): void {
  const { hooks } = conn.hub;
  if (hooks !== undefined && !hooks.admits(conn, data)) return;
  const envelope = decode(conn, data);
  if (envelope === undefined) return;
  start(conn, envelope, hooks === undefined ? 0 : hooks.received(conn, envelope, lengthOf(data)));
}

function lengthOf(data: Frame): number {
  return typeof data === "string" ? data.length : data.byteLength;
}
