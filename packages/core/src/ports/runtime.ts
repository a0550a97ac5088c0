import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Packet } from "../protocol/codec.ts";
import type { TopicLog } from "./topic-log.ts";
import type { Tuning } from "./tuning.ts";

/** Looks into promises without waiting for them. */
export interface Peek {
  isFulfilled(promise: Promise<unknown>): boolean;
  /** What a fulfilled one is fulfilled with. */
  valueOf(promise: Promise<unknown>): unknown;
}

/**
 * What a listener (one server, one Durable Object) offers besides its sockets.
 *
 * @typeParam Conn What it is told of: a `Connection`.
 */
export interface Runtime<Conn = never> {
  /** Sends one frame to all sockets that are natively subscribed to the topic. Absent: the core loops over them. */
  publish?(topic: string, frame: Packet): unknown;
  /** Put before every native topic, where several routers share one server's topics. Default: nothing. */
  topicPrefix?: string;
  /** Settings that its sockets have. Default: the router's. */
  tuning?: Tuning;
  /** Default: the real clock. */
  clock?: Clock;
  /** Default: the router's. */
  logger?: Logger;
  /** True where a pending timer keeps the process from sleeping (a Durable Object): timers are then dropped when idle. */
  sleeps?: boolean;
  /** True where the adapter finds dead peers itself, since a timer would keep it awake. */
  ownHeartbeat?: boolean;
  /** True where the runtime itself pings a silent peer, and ends one that does not answer. */
  endsSilent?: boolean;
  /**
   * True where a socket that was closed cannot be terminated any more, and is kept by the runtime while its peer does not
   * read: it is then closed when the peer has read what was sent before.
   */
  closesForGood?: boolean;
  /** Bytes of memory that a byte unread may take, where the runtime's buffers grow ahead of what they hold. Default 1. */
  bufferGrowth?: number;
  /**
   * True where a router must not reach this listener from outside its handlers: objects that share memory, but not I/O.
   * `hub.publish` and the connections of the hub do reach it.
   */
  apart?: boolean;
  /** Called when a handler of a connection has ended, or its topics have changed, so that its state can be kept. */
  settled?(conn: Conn): void;
  /**
   * Where it sleeps, and so has no timers: a connection has to be looked at (`hub.expire()`) at that moment, in milliseconds
   * since the epoch.
   */
  expires?(at: number): void;
  /** Where it keeps recorded topics, if it is apart: a Durable Object's storage. Default: the memory of this process. */
  log?: TopicLog;
  /** How it looks into promises, where it can. Absent: each is waited for. */
  promises?: Peek;
  /** Told of every failure, besides `onError` or the log. */
  failed?(error: Error): void;
}
