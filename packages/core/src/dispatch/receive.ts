import { control } from "./control.ts";
import { decode } from "./decode.ts";
import { enqueue } from "./lane.ts";
import { start } from "./run.ts";
import { CONTROL_PREFIX } from "../protocol/envelope.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSING } from "../state/phases.ts";

/** The way of every incoming frame, from the adapter to its handler. */
export function receive(conn: Connection, data: string | ArrayBufferLike | ArrayBufferView): void {
  if (conn.state >= CLOSING) return;
  conn.silent = 0;
  const { hooks } = conn.hub;
  if (hooks !== undefined && !hooks.admits(conn, data)) return;
  const envelope = decode(conn, data);
  if (envelope === undefined) return;
  const arrived = hooks === undefined ? 0 : hooks.received(conn, envelope, lengthOf(data));
  if (conn.holder === undefined && conn.waiting === undefined) start(conn, envelope, arrived);
  else if (envelope.type.startsWith(CONTROL_PREFIX)) control(conn, envelope);
  else enqueue(conn, envelope, arrived);
}

function lengthOf(data: string | ArrayBufferLike | ArrayBufferView): number {
  return typeof data === "string" ? data.length : data.byteLength;
}
