import { takeAnswer } from "../asking/take.ts";
import { bytesOf } from "../base/bytes.ts";
import { isAhead, keepAhead } from "./ahead.ts";
import { control } from "./control.ts";
import { decode } from "./decode.ts";
import { takeItem } from "./flow.ts";
import { enqueue } from "./lane.ts";
import { peek } from "./peek.ts";
import { start } from "./run.ts";
import { codecName, type Packet, peekBy } from "../protocol/codec.ts";
import { CONTROL_PREFIX, type Envelope, isServerId, SUBSCRIBE_TYPE } from "../protocol/envelope.ts";
import { countViolation } from "../sending/refusals.ts";
import { report } from "../sending/report.ts";
import type { Connection } from "../state/connection.ts";
import type { CompiledHooks } from "../state/hooks.ts";
import { LEAVING } from "../state/phases.ts";

/** The way of every incoming frame, from the adapter to its handler. */
export function receive(conn: Connection, data: string | ArrayBufferLike | ArrayBufferView): void {
  if (conn.state >= LEAVING) return;
  conn.silent = 0;
  const packet = typeof data === "string" ? data : bytesOf(data);
  if (conn.hub.resume !== undefined && conn.hub.resume.takes(conn, packet)) return;
  if (conn.paused && (answersAhead(conn, packet) || keepAhead(conn, packet))) return;
  const { hooks, streams } = conn.hub;
  if (hooks !== undefined && hooks.hearsIncoming) return receiveObserved(conn, packet, hooks);
  const envelope = decode(conn, packet);
  if (envelope === undefined || (streams !== undefined && takeItem(conn, streams, envelope, packet.length))) return;
  if (conn.holder === undefined && conn.waiting === undefined) start(conn, envelope, 0, false);
  else turn(conn, envelope, 0);
}

function receiveObserved(conn: Connection, packet: Packet, hooks: CompiledHooks<Connection>): void {
  if (!hooks.admits(conn, packet)) return;
  const envelope = decode(conn, packet);
  if (envelope === undefined) return;
  const arrived = hooks.received(conn, envelope, packet);
  const { streams } = conn.hub;
  if (streams !== undefined && takeItem(conn, streams, envelope, packet.length)) return;
  if (conn.holder === undefined && conn.waiting === undefined) start(conn, envelope, arrived, false);
  else turn(conn, envelope, arrived);
}

/** Takes an answer among what is read in advance: the messages before it may be waiting for it. */
function answersAhead(conn: Connection, packet: Packet): boolean {
  const { asked, codec, hooks } = conn.hub;
  if (!asked.has(conn) || !isAhead(conn)) return false;
  const isJson = typeof packet === "string" && codecName(codec) === "json";
  if (!isServerId((isJson ? peek(packet) : peekBy(codec, packet)).correlationId)) return false;
  if (hooks !== undefined && !hooks.admits(conn, packet)) return true;
  const envelope = decode(conn, packet);
  if (envelope === undefined || !takeAnswer(conn, envelope)) return envelope === undefined;
  hooks?.received(conn, envelope, packet);
  return true;
}

/**
 * Something was thrown past all others, by a socket say: it must not end the process. Nor may whoever has found a frame that
 * does so send it without end.
 */
export function mishandled(conn: Connection, error: unknown): void {
  report(conn.hub, error, undefined, conn);
  countViolation(conn);
}

/** Lines up a message that others are before. */
function turn(conn: Connection, envelope: Envelope, arrived: number): void {
  if (envelope.type.startsWith(CONTROL_PREFIX) && !waitsToSubscribe(conn, envelope)) control(conn, envelope);
  else enqueue(conn, envelope, arrived);
}

/** What asks for a topic waits for `onOpen`, as messages do: until then nobody may know whose connection it is. */
function waitsToSubscribe({ opened }: Connection, { type }: Envelope): boolean {
  return !opened && type === SUBSCRIBE_TYPE;
}

/** Starts a frame that was read in advance, when all before it have been started. */
export function take(conn: Connection, packet: Packet): void {
  const { hooks, streams } = conn.hub;
  if (hooks !== undefined && !hooks.admits(conn, packet)) return;
  const envelope = decode(conn, packet);
  if (envelope === undefined) return;
  const arrived = hooks === undefined ? 0 : hooks.received(conn, envelope, packet);
  if (streams === undefined || !takeItem(conn, streams, envelope, packet.length)) start(conn, envelope, arrived, true);
}
