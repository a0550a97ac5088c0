import { atOnce } from "../base/when.ts";
import type { AnyMessage } from "../message/message.ts";
import { validatorsOf } from "../message/validators.ts";
import type { Packet } from "../protocol/codec.ts";
import type { Connection } from "../state/connection.ts";
import { hold } from "./backlog.ts";
import { waits } from "./outbox.ts";
import { overBuffer, write } from "./frames.ts";
import { LEAVING } from "../state/phases.ts";

/** What becomes of a frame for a peer that has not read everything: left out, or kept under a key in place of the last one. */
export interface Skip {
  readonly key: string | undefined;
}

const LEFT_OUT: Skip = { key: undefined };

/** @returns undefined for a message that everybody has to get. */
export function skipOf(message: AnyMessage, payload: unknown, topic: string): Skip | undefined {
  const { overflow } = validatorsOf(message);
  if (overflow === undefined) return undefined;
  if (overflow.by === undefined) return LEFT_OUT;
  return {
    key: `${message.type}\n${topic}\n${atOnce(overflow.by(payload as never), `overflow.by of ${message.type}`)}`,
  };
}

/** As `write`; false also where the peer is behind and the frame left out. */
export function writeUnlessBehind(conn: Connection, frame: Packet, skip: Skip): boolean {
  if (conn.state >= LEAVING) return false;
  // While frames before it have yet to be checked, the peer is not waited for.
  if (waits(conn)) return write(conn, frame);
  // Where a native publish may have put it behind, nobody knows yet.
  if ((conn.congested || conn.hub.nativeTopics) && overBuffer(conn)) return false;
  if (!conn.congested) return write(conn, frame);
  if (skip.key === undefined) return false;
  hold(conn, skip.key, frame);
  return true;
}
