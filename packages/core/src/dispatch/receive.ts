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
  const envelope = decode(conn, data);
  if (envelope === undefined) return;
  if (conn.holder === undefined && conn.waiting === undefined) start(conn, envelope, 0);
  else if (envelope.type.startsWith(CONTROL_PREFIX)) control(conn, envelope);
  else enqueue(conn, envelope);
}
