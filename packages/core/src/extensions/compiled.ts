import type { EndCounter } from "../api/end-counter.ts";
import type { Verdict } from "../api/extensions.ts";
import type { Outcome, Outgoing, UpgradeRefusalCause } from "../api/facts.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { shown } from "../base/text.ts";
import { Several } from "./end-counts.ts";
import { turnAway } from "./gate.ts";
import { anyOf, type StampsWhen, tellAll } from "./heard.ts";
import type { Registered } from "./registered.ts";
import { tellWatching, watch, type Watched } from "./watched.ts";
import { idIn, kindOf, leavesAs, pathIn, sentAs } from "./kinds.ts";
import type { AnyMessage } from "../message/message.ts";
import type { Packet } from "../protocol/codec.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import { type Envelope, type Meta, PING_FRAME, PING_TYPE, PONG_FRAME, PONG_TYPE } from "../protocol/envelope.ts";
import { arrivalAt, type Connection } from "../state/connection.ts";
import type { CompiledHooks, End, Times } from "../state/hooks.ts";
import type { CompiledRoute } from "../state/route.ts";

/** Makes facts where somebody wants them, and hands them on. */
export class ListenerHooks implements CompiledHooks<Connection> {
  hearsIncoming = false;
  private hearsEnds = false;
  timesEnds = false;
  private ends: EndCounter | undefined = undefined;
  stamps = false;
  private stampsWhen: StampsWhen | undefined = undefined;
  hearsSent = false;
  private heard: Registered;
  /** Messages of which somebody is told how they end. */
  private readonly watched: Watched = new Map();
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
    const { gate, received, settled, stamp, sent, timed, ends } = heard;
    this.ends = ends.length > 1 ? new Several(ends) : ends[0];
    this.hearsEnds = settled !== undefined || this.watched.size > 0;
    this.timesEnds = settled !== undefined && timed;
    this.hearsIncoming = this.timesEnds || gate !== undefined || received !== undefined;
    this.stamps = stamp !== undefined;
    this.stampsWhen = anyOf(stamp?.map(({ when }) => when));
    this.hearsSent = sent !== undefined;
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
    message: AnyMessage,
    meta: Meta | undefined,
    topic?: string,
    correlationId?: string,
  ): Meta | undefined {
    if (!this.stamps || (this.stampsWhen !== undefined && !this.stampsWhen(leavesAs(correlationId)))) return meta;
    return this.stamped(conn, message, meta, topic, correlationId);
  }

  /** Apart from `stamp`, as `tellSettled` is. */
  private stamped(
    conn: Connection | undefined,
    { type }: AnyMessage,
    meta: Meta | undefined,
    topic?: string,
    correlationId?: string,
  ): Meta | undefined {
    const kind = leavesAs(correlationId);
    const fact: Outgoing = { type, meta, topic, correlationId, kind };
    let added: object | undefined;
    for (const heard of this.heard.stamp ?? []) {
      if (heard.when !== undefined && !heard.when(kind)) continue;
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
    envelope: Envelope,
    route: CompiledRoute,
    times: Times | undefined,
    outcome: Outcome,
    code: string | undefined,
    repeated: boolean,
  ): void {
    if (this.ends !== undefined) this.ends.add(route, envelope.type, outcome, code);
    if (this.hearsEnds) this.tellSettled(conn, envelope, route, times, outcome, code, repeated);
  }

  /** Apart from `settled`, which an engine inlines while it is short. */
  private tellSettled(
    conn: Connection,
    envelope: Envelope,
    route: CompiledRoute,
    times: Times | undefined,
    outcome: Outcome,
    code: string | undefined,
    repeated: boolean,
  ): void {
    const { settled } = this.heard;
    if (this.watched.size > 0) {
      tellWatching(this.watched, envelope, { outcome, code, repeated }, this.logger);
      this.hearsEnds = settled !== undefined || this.watched.size > 0;
    }
    if (settled === undefined) return;
    const { type, meta } = envelope;
    const at = this.time();
    const { receivedAt, startedAt } = (this.timesEnds && times) || { receivedAt: at, startedAt: at };
    const kind = route.isRpc ? "rpc" : "on";
    const correlationId = idIn(meta);
    tellAll(settled, conn, { type, kind, correlationId, meta, outcome, code, repeated, receivedAt, startedAt, at });
  }

  watch(envelope: Envelope, hear: (end: End) => void): void {
    watch(this.watched, envelope, hear);
    this.hearsEnds = true;
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
