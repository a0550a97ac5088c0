import type { Packet } from "../protocol/codec.ts";
import type { Revocation } from "./revocation.ts";
import type { GapReason, Position } from "../protocol/position.ts";

/** One message of a log. */
export interface Entry {
  readonly offset: number;
  /** As it was published, without its place. */
  readonly packet: Packet;
  /** Who published it and did not want it back. */
  readonly from: string | undefined;
}

export interface Appended {
  readonly position: Position;
  /** A message with the same id was there: this is its position, and nothing has been added. */
  readonly duplicate: boolean;
}

/** What came after a position: all of it, or why not. */
export type Reading =
  | { readonly top: Position; readonly entries: readonly Entry[] }
  | { readonly top: Position; readonly gap: GapReason };

/** How much of a topic is kept. */
export interface Retention {
  /** Messages, the last ones. */
  readonly size: number;
  /** UTF-16 units of their packets, or bytes where they are bytes. */
  readonly maxBytes: number;
  /** Milliseconds after it was last used. */
  readonly ttlMs: number;
}

/** At most so much is read at once. */
export interface ReadLimits {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * Keeps recorded topics, synchronously: the memory of this process, or the storage of a Durable Object. Offsets of one epoch
 * rise by one from 1, and a log that has forgotten how far it came begins another epoch.
 */
export interface TopicLog {
  /** @param id A message of the topic with the same one is not added again, for two minutes at least. */
  append(topic: string, packet: Packet, retention: Retention, from?: string, id?: string): Appended;
  /** What came after a position; without one, nothing, and where the topic stands. */
  read(topic: string, after: Position | undefined, retention: Retention, limits: ReadLimits): Reading;
  /** The key by which this log's grants are signed: it lives as long as the log. */
  secret(): Promise<Uint8Array> | Uint8Array;
  /** Keeps it beside the key. */
  revoke(revocation: Revocation): void;
  /** Those that are kept, but such as are over. */
  revocations(): readonly Revocation[];
}
