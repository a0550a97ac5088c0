import type { Packet } from "../protocol/codec.ts";
import type { Position } from "../protocol/position.ts";
import type { Revocation } from "./revocation.ts";
import type { Appended, ReadLimits, Retention } from "./topic-log.ts";

/** What is kept of a topic, and of which family it is. */
export interface Keeping extends Retention {
  /** Pattern of the family, as "room:{id}": one that keeps by family and not by topic has a place for each. */
  readonly pattern: string;
}

/** A message for a log. */
export interface Recording {
  readonly packet: Packet;
  /** Who publishes it and does not want it back. Without line breaks. */
  readonly from: string | undefined;
  /** One of the topic with the same id is not added again, for two minutes at least. */
  readonly id: string | undefined;
}

/** One message of a log. */
export interface LogEntry {
  /** Rises from message to message, by one or more. */
  readonly offset: number;
  /** As it was published, without its place. */
  readonly packet: Packet;
  readonly from: string | undefined;
}

/** A message as it comes to all who follow its topic, when it has been added. It may come twice, late or not at all. */
export interface LogFrame extends LogEntry {
  readonly epoch: string;
  /**
   * Offset of the one before it, or any above that and below its own; undefined where that is no longer kept, and so not
   * known.
   */
  readonly prev: number | undefined;
}

/** How a topic's log stands. */
export interface LogReading {
  /** Names one unbroken log. One that may have lost something (its server was started again) goes on under another name. */
  readonly epoch: string;
  /** Offset of the last message, or, where what it kept went by its age, any after which nothing was added. */
  readonly top: number;
  /**
   * Epochs before this one that it goes on from, and until which offset it has kept what they had: who stands at or before
   * it has missed nothing of them but what is told here.
   */
  readonly chain: readonly (readonly [epoch: string, end: number])[];
  /** Everything after this offset is among the entries. */
  readonly floor: number;
  /** What is no longer kept is gone by its age alone, and not since others came after it. */
  readonly aged: boolean;
  /** More is kept than was asked for. */
  readonly limited: boolean;
  /** In order, up to the top. */
  readonly entries: readonly LogEntry[];
}

/** Where an engine keeps recorded topics, for all nodes. Its methods reject where that cannot be done now. */
export interface EngineLog {
  /**
   * Adds messages to one topic, in this order, and sends each as a `LogFrame` to all nodes that follow the topic. A rejection
   * leaves open whether they were added, unless it is a `NotRecorded`. In place of a message that can never be added, as it is too
   * large, stands a `NotRecorded`: the others are.
   */
  append(topic: string, messages: readonly Recording[], keeping: Keeping): Promise<readonly (Added | NotRecorded)[]>;
  /** The last messages after an offset, as many as the limits allow. Begins a log where there is none. */
  read(topic: string, after: number, keeping: Keeping, limits: ReadLimits): Promise<LogReading>;
  /**
   * The log goes on from an epoch without all that was in it: begins another one, which goes on from none, and tells all nodes
   * that follow the topic (`changed`). Does nothing where it does not go on from that epoch, or has kept that much of it.
   * @param lost The last message of the epoch that is known to have been there.
   */
  sever(topic: string, lost: Position, keeping: Keeping): Promise<void>;
  /**
   * The key by which grants are signed, the same for all nodes: it lives as long as the log.
   * @param proposed Becomes it, where there is none.
   */
  secret(proposed: Uint8Array): Promise<Uint8Array>;
  /** Keeps them beside the key, for nodes that come later; of one for the same user and topic as another, both or the later one. */
  revoke(revocations: readonly Revocation[]): Promise<void>;
  /** Those that are kept, but such as are over. */
  revocations(): Promise<readonly Revocation[]>;
}

/** Why something is not in the log, which is known. */
export interface NotRecorded extends Error {
  readonly recorded: false;
}

export interface Added extends Appended {
  /** As of a `LogFrame`, where it is known. */
  readonly prev: number | undefined;
}

/** A node's recorded topics, as its link sees them. */
export interface LogEvents {
  /** Undefined for a topic that is live. */
  keepingOf(topic: string): Keeping | undefined;
  /** It can be asked from now on. */
  up(log: EngineLog): void;
  down(): void;
  /** A message that was added to a topic. */
  added(topic: string, frame: LogFrame): void;
  /** The log of a topic goes on under another name, as `sever` says. */
  changed(topic: string, epoch: string): void;
  /** The node follows the topic no longer. */
  forgotten(topic: string): void;
}

/** How a node's recorded topics follow theirs. */
export interface LogLink {
  /** Keeps the topic followed until `unfollow`; a promise where the engine has yet to confirm. */
  follow(topic: string, first: boolean): Promise<void> | undefined;
  unfollow(topic: string): void;
}
