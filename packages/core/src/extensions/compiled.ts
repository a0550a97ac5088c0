import type { ExtensionConnection } from "../api/extension-connection.ts";
import type { Hooks, Verdict } from "../api/extensions.ts";
import type {
  Answered,
  Closed,
  ControlFrame,
  Failed,
  Joined,
  MessageKind,
  Opened,
  Outcome,
  Outgoing,
  Parted,
  Published,
  Received,
  Refused,
  Sent,
  Settled,
  UpgradeRefusalCause,
  UpgradeRefused,
} from "../api/facts.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { shown } from "../base/text.ts";
import { turnAway } from "./gate.ts";
import { type Heard, tellAll } from "./heard.ts";
import type { AnyMessage } from "../message/message.ts";
import type { Packet } from "../protocol/codec.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import {
  CONTROL_PREFIX,
  type Envelope,
  ERROR_TYPE,
  isServerId,
  type Meta,
  PING_FRAME,
  PING_TYPE,
  PONG_FRAME,
  PONG_TYPE,
  PROGRESS_TYPE,
} from "../protocol/envelope.ts";
import { arrivalAt, type Connection } from "../state/connection.ts";
import type { CompiledHooks, Times } from "../state/hooks.ts";

type Anybody = ExtensionConnection | undefined;

type Hearers<A, B> = readonly Heard<A, B>[] | undefined;

/** The hooks of all extensions of one listener. Undefined stands for an event that nobody wants to hear. */
export interface Registered {
  readonly gate: Hearers<ExtensionConnection, Packet>;
  readonly upgradeRefused: Hearers<undefined, UpgradeRefused>;
  readonly opened: Hearers<ExtensionConnection, Opened>;
  readonly closed: Hearers<ExtensionConnection, Closed>;
  readonly joined: Hearers<ExtensionConnection, Joined>;
  readonly parted: Hearers<ExtensionConnection, Parted>;
  readonly stamp: Hearers<Anybody, Outgoing>;
  readonly published: Hearers<Anybody, Published>;
  readonly received: Hearers<ExtensionConnection, Received>;
  readonly sent: Hearers<ExtensionConnection, Sent>;
  readonly settled: Hearers<ExtensionConnection, Settled>;
  readonly answered: Hearers<ExtensionConnection, Answered>;
  readonly refused: Hearers<ExtensionConnection, Refused>;
  readonly failed: Hearers<Anybody, Failed>;
  readonly disposed: Hearers<undefined, undefined>;
  /** Whether any of them wants to know when. */
  readonly timed: boolean;
  /** By control type. */
  readonly control: ReadonlyMap<string, Heard<ExtensionConnection, ControlFrame>>;
}

/** The name of every hook that a list is kept for. */
export type Listed = Exclude<keyof Hooks, "control">;

/** Makes facts where somebody wants them, and hands them on. */
export class ListenerHooks implements CompiledHooks<Connection> {
  hearsIncoming = false;
  hearsEnds = false;
  timesEnds = false;
  hearsOutgoing = false;
  private heard: Registered;
  private readonly clock: Clock;
  private readonly logger: Logger;

  constructor(heard: Registered, clock: Clock, logger: Logger) {
    this.heard = heard;
    this.clock = clock;
    this.logger = logger;
    this.change(heard);
  }

  /** Others are told from now on. */
  change(heard: Registered): void {
    this.heard = heard;
    const { gate, received, settled, stamp, sent, timed } = heard;
    this.hearsEnds = settled !== undefined;
    this.timesEnds = this.hearsEnds && timed;
    this.hearsIncoming = this.timesEnds || gate !== undefined || received !== undefined;
    this.hearsOutgoing = stamp !== undefined || sent !== undefined;
  }

  private time(): number {
    return this.heard.timed ? this.clock.monotonic() : 0;
  }

  admits(conn: Connection, frame: Packet): boolean {
    const { gate } = this.heard;
    if (gate === undefined || frame === PING_FRAME || frame === PONG_FRAME) return true;
    for (const heard of gate) {
      const verdict = heard.tell(conn, frame) as Verdict;
      if (verdict !== undefined && verdict !== null && turnAway(conn, frame, verdict, heard.by, this.logger))
        return false;
    }
    return true;
  }

  upgradeRefused(status: number, cause: UpgradeRefusalCause, url: string): void {
    const { upgradeRefused } = this.heard;
    if (upgradeRefused === undefined) return;
    tellAll(upgradeRefused, undefined, { status, cause, path: pathIn(url), at: this.time() });
  }

  opened(conn: Connection, restored: boolean): void {
    const { opened } = this.heard;
    if (opened !== undefined) tellAll(opened, conn, { restored, at: this.time() });
  }

  closed(conn: Connection, code: number, reason: string, byServer: boolean): void {
    const { closed } = this.heard;
    if (closed !== undefined) tellAll(closed, conn, { code, reason, byServer, at: this.time() });
  }

  joined(conn: Connection, topic: string, first: boolean): void {
    const { joined } = this.heard;
    if (joined !== undefined) tellAll(joined, conn, { topic, first, at: this.time() });
  }

  parted(conn: Connection, topic: string, last: boolean): void {
    const { parted } = this.heard;
    if (parted !== undefined) tellAll(parted, conn, { topic, last, at: this.time() });
  }

  stamp(
    conn: Connection | undefined,
    { type }: AnyMessage,
    meta: Meta | undefined,
    topic?: string,
    correlationId?: string,
  ): Meta | undefined {
    const { stamp } = this.heard;
    if (stamp === undefined) return meta;
    const fact: Outgoing = { type, meta, topic, correlationId, kind: leavesAs(correlationId) };
    let added: object | undefined;
    for (const heard of stamp) {
      const more = heard.tell(conn, fact);
      if (typeof more === "object" && more !== null) added = added === undefined ? more : { ...added, ...more };
    }
    return added === undefined ? meta : { ...added, ...meta };
  }

  published(
    conn: Connection | undefined,
    topic: string,
    type: string,
    packet: Packet,
    matched: number,
    except: Connection | undefined,
    chosen: readonly Connection[] | undefined,
  ): void {
    const { published } = this.heard;
    if (published === undefined) return;
    const { length } = packet;
    tellAll(published, conn, { topic, type, packet, length, matched, except, chosen, at: this.time() });
  }

  received(conn: Connection, { type, meta }: Envelope, packet: Packet): number {
    const { received, settled } = this.heard;
    if (received === undefined && (settled === undefined || !this.heard.timed)) return 0;
    const at = this.time();
    if (received !== undefined && type !== PING_TYPE && type !== PONG_TYPE) {
      const kind = kindOf(conn, type, meta);
      const { length } = packet;
      const told = kind === "rpc" || kind === "on" ? type : shown(type);
      tellAll(received, conn, { type: told, kind, correlationId: idIn(meta), meta, packet, length, at });
    }
    return this.heard.timed ? arrivalAt(at) : 0;
  }

  sent(conn: Connection, type: string, correlationId: string | undefined, packet: Packet, ok: boolean): void {
    const { sent } = this.heard;
    if (sent === undefined || type === PONG_TYPE) return;
    tellAll(sent, conn, {
      type,
      kind: sentAs(type, correlationId),
      correlationId,
      packet,
      length: packet.length,
      ok,
      at: this.time(),
    });
  }

  settled(
    conn: Connection,
    { type, meta }: Envelope,
    isRpc: boolean,
    times: Times | undefined,
    outcome: Outcome,
    code: string | undefined,
    repeated: boolean,
  ): void {
    const { settled } = this.heard;
    if (settled === undefined) return;
    const at = this.time();
    const { receivedAt, startedAt } = (this.timesEnds && times) || { receivedAt: at, startedAt: at };
    const kind = isRpc ? "rpc" : "on";
    const correlationId = idIn(meta);
    tellAll(settled, conn, { type, kind, correlationId, meta, outcome, code, repeated, receivedAt, startedAt, at });
  }

  answered(conn: Connection, type: string, correlationId: string, askedAt: number, code: string | undefined): void {
    const { answered } = this.heard;
    if (answered === undefined) return;
    const outcome = code === undefined ? "ok" : "error";
    const at = this.time();
    tellAll(answered, conn, { type, correlationId, outcome, code, askedAt: this.heard.timed ? askedAt : 0, at });
  }

  refused(
    conn: Connection,
    type: string | undefined,
    correlationId: string | undefined,
    code: ErrorCode | undefined,
    message: string,
    by?: string,
  ): void {
    const { refused } = this.heard;
    if (refused === undefined) return;
    tellAll(refused, conn, {
      type: type === undefined ? type : shown(type),
      correlationId,
      code,
      message,
      by,
      at: this.time(),
    });
  }

  failed(conn: Connection | undefined, error: Error, subject: string | undefined, id: string | undefined): void {
    const { failed } = this.heard;
    if (failed !== undefined) tellAll(failed, conn, { error, subject, id, at: this.time() });
  }

  control(conn: Connection, frame: Envelope): boolean {
    const heard = this.heard.control.get(frame.type);
    heard?.tell(conn, frame);
    return heard !== undefined;
  }

  disposed(): void {
    const { disposed } = this.heard;
    if (disposed !== undefined) tellAll(disposed, undefined, undefined);
  }
}

/** Longest path that is told, in UTF-16 units. */
const MAX_PATH = 256;

/** Of a URL, or of what stands for one where none can be made of the request. */
export function pathIn(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : url.replace(/[?#].*$/s, "");
  return path.slice(0, MAX_PATH);
}

function kindOf(conn: Connection, type: string, meta: Meta | undefined): MessageKind {
  if (isServerId(meta?.correlationId)) return "answer";
  const route = conn.hub.routes()[type];
  if (route !== undefined) return route.isRpc ? "rpc" : "on";
  return type.startsWith(CONTROL_PREFIX) ? "control" : "unknown";
}

function sentAs(type: string, correlationId: string | undefined): Sent["kind"] {
  if (type === ERROR_TYPE) return "error";
  if (type === PROGRESS_TYPE) return "progress";
  if (type.startsWith(CONTROL_PREFIX)) return "control";
  return leavesAs(correlationId);
}

function leavesAs(correlationId: string | undefined): Outgoing["kind"] {
  if (correlationId === undefined) return "message";
  return isServerId(correlationId) ? "request" : "reply";
}

function idIn(meta: Meta | undefined): string | undefined {
  const id: unknown = meta?.correlationId;
  return typeof id === "string" ? id : undefined;
}
