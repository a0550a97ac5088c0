import type { AnyMessage } from "../message/message.ts";
import type { Packet } from "../protocol/codec.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import type { Envelope, Meta } from "../protocol/envelope.ts";
import type { Outcome, Settled, UpgradeRefusalCause } from "../api/facts.ts";
import type { CompiledRoute } from "./route.ts";

/** When a message arrived and when its turn came, by the monotonic clock; kept where extensions ask. */
export interface Times {
  readonly receivedAt: number;
  /** 0 where its turn never came. */
  readonly startedAt: number;
}

/** How a message ended. */
export type End = Pick<Settled, "outcome" | "code" | "repeated">;

/**
 * What a listener's extensions want to hear, compiled. Each is called at one place, none of them throws, and one that no
 * extension asked for returns at once.
 *
 * @typeParam C A `Connection`.
 */
export interface CompiledHooks<C> {
  /** Somebody wants to hear of messages that arrive: a gate, their arrival, or when they end. */
  readonly hearsIncoming: boolean;
  /** Somebody wants to know when that was. */
  readonly timesEnds: boolean;
  /** Somebody adds to the meta of what leaves. */
  readonly stamps: boolean;
  /** Somebody wants to hear of frames that were sent. */
  readonly hearsSent: boolean;
  /** False where a gate took the frame, and did what it wanted done. */
  admits(conn: C, frame: Packet): boolean;
  /** @param url Of the request; its path alone is told. */
  upgradeRefused(status: number, cause: UpgradeRefusalCause, url: string): void;
  opened(conn: C, restored: boolean): void;
  closed(conn: C, code: number, reason: string, byServer: boolean): void;
  joined(conn: C, topic: string, first: boolean): void;
  parted(conn: C, topic: string, last: boolean): void;
  /** The meta to send. */
  stamp(
    conn: C | undefined,
    message: AnyMessage,
    meta: Meta | undefined,
    topic?: string,
    correlationId?: string,
  ): Meta | undefined;
  published(
    conn: C | undefined,
    topic: string,
    type: string,
    packet: Packet,
    matched: number,
    except: C | undefined,
    chosen: readonly C[] | undefined,
  ): void;
  /** @returns when it arrived, as contexts keep it. */
  received(conn: C, envelope: Envelope, packet: Packet): number;
  sent(conn: C, type: string, correlationId: string | undefined, packet: Packet, ok: boolean): void;
  settled(
    conn: C,
    envelope: Envelope,
    route: CompiledRoute,
    times: Times | undefined,
    outcome: Outcome,
    code: string | undefined,
    repeated: boolean,
  ): void;
  /** Tells how one message ends, once. */
  watch(envelope: Envelope, hear: (end: End) => void): void;
  /** @param code What it was rejected with. */
  answered(conn: C, type: string, correlationId: string, askedAt: number, code: string | undefined): void;
  refused(
    conn: C,
    type: string | undefined,
    correlationId: string | undefined,
    code: ErrorCode | undefined,
    message: string,
    by?: string,
  ): void;
  failed(conn: C | undefined, error: Error, subject: string | undefined, id: string | undefined): void;
  /** False where the type is no extension's. */
  control(conn: C, frame: Envelope): boolean;
  disposed(): void;
}
