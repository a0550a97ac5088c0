/** What one connection may use up. Every figure has a default, in brackets; see docs/protocol.md for what happens over it. */
export interface Limits {
  /** Bytes of one incoming frame, of text as UTF-8 [65,536]. */
  maxMessageBytes: number;
  /** Nesting of objects and arrays in one frame, its own object counted [32]. */
  maxDepth: number;
  /** Messages of one connection that wait for a handler before them [64]. */
  maxPendingMessages: number;
  /**
   * Handlers of one connection that run beside each other: of rpcs, and of messages handled with `concurrent: true`. One
   * counts until it has ended, also where its answer was given before, or was called off [64].
   */
  maxInflightRequests: number;
  /**
   * What a client may send into one stream ahead of the handler that reads it, in UTF-16 units of its frames, or bytes where
   * the codec gives bytes; checked before a frame, so that one is let through that goes over it [262,144].
   */
  maxStreamBytes: number;
  /** Requests of the server that one connection has not answered [64]. */
  maxServerRequests: number;
  /** Topics that one connection follows [100]. */
  maxTopics: number;
  /** Bytes of a topic's name, as UTF-8 [128]. */
  maxTopicBytes: number;
  /** Bytes sent to one peer that it has not read; checked before a send, so that one frame alone may be larger [1 MiB]. */
  maxBufferedBytes: number;
  /**
   * Bytes sent to all peers of a listener that they have not read, as they stand in memory: Bun's buffers double when they
   * grow, and Node keeps a string and its bytes, so that a byte counts twice there. Over it the largest are closed with 1013 [64 MiB].
   */
  maxBufferedBytesTotal: number;
  /** Milliseconds in which a peer that has not read everything reads nothing at all before it is closed with 1013 [5,000]. */
  maxStallMs: number;
  /** Frames within a minute that break the protocol itself before the connection is closed with 1008 [10]. */
  maxViolations: number;
  /**
   * Milliseconds within a minute that refusing the payloads of one connection may hold up all others before it is closed
   * with 1008 [200].
   */
  maxRefusalMs: number;
  /** Requests of one connection that are called off within a minute before it is closed with 1008 [1,000]. */
  maxAborts: number;
  /** Milliseconds an rpc may take when the client names no time [30,000]. */
  requestTimeoutMs: number;
  /** Most milliseconds that a client may ask for [300,000]. */
  maxRequestTimeoutMs: number;
  /** Milliseconds until a handler no longer holds up the messages behind it [30,000]. */
  handlerTimeoutMs: number;
  /** Milliseconds `onOpen` may take before the connection is closed with 1011 [10,000]. */
  openTimeoutMs: number;
  /** Milliseconds `onClose` waits for handlers that still run, and is waited for itself [5,000]. */
  closeGraceMs: number;
  /** Milliseconds `authenticate` may take before the upgrade is refused, and `authorizeTopic` before the subscribe is [5,000]. */
  authTimeoutMs: number;
  /** Milliseconds after `expiresAt` in which a new token still keeps the connection; then it is closed with 4401 [10,000]. */
  expiryGraceMs: number;
  /**
   * Milliseconds that a subscribe waits until the engine has confirmed, where the router has one; it fails for it where the
   * engine keeps the topic's history. So long a publish to such a topic may take, unless it is repeated [2,000].
   */
  engineTimeoutMs: number;
  /** Milliseconds for which a publish with `ack` is repeated until it is in the engine's log [5,000]. */
  ackTimeoutMs: number;
  /** Bytes of publishes that wait for an engine that stalls; over it they are `remote: "away"` [16 MiB]. */
  maxEngineBytes: number;
  /** Messages of a recorded topic that are replayed to who comes back; over it there is a gap [500]. */
  maxReplayMessages: number;
  /** UTF-16 units of their frames, or bytes where the codec gives bytes [524,288]. */
  maxReplayBytes: number;
  /** Bytes of what a connection says of itself in a topic's presence, as JSON in UTF-8 [1,024]. */
  maxPresenceBytes: number;
  /**
   * Answers of idempotent requests that are remembered for a repeat. Over it, and over the next, whoever has most loses
   * his oldest: an identity, or a connection that is nobody's [1,000].
   */
  maxRememberedAnswers: number;
  /** Bytes of the frames of these answers, of text as UTF-8 [16 MiB]. */
  maxRememberedBytes: number;
  /** Milliseconds for which they are remembered [300,000]. */
  rememberAnswersMs: number;
}

export const DEFAULT_LIMITS: Readonly<Limits> = Object.freeze({
  maxMessageBytes: 65_536,
  maxDepth: 32,
  maxPendingMessages: 64,
  maxInflightRequests: 64,
  maxStreamBytes: 262_144,
  maxServerRequests: 64,
  maxTopics: 100,
  maxTopicBytes: 128,
  maxBufferedBytes: 1_048_576,
  maxBufferedBytesTotal: 67_108_864,
  maxStallMs: 5_000,
  maxViolations: 10,
  maxRefusalMs: 200,
  maxAborts: 1_000,
  requestTimeoutMs: 30_000,
  maxRequestTimeoutMs: 300_000,
  handlerTimeoutMs: 30_000,
  openTimeoutMs: 10_000,
  closeGraceMs: 5_000,
  authTimeoutMs: 5_000,
  expiryGraceMs: 10_000,
  engineTimeoutMs: 2_000,
  ackTimeoutMs: 5_000,
  maxEngineBytes: 16_777_216,
  maxReplayMessages: 500,
  maxReplayBytes: 524_288,
  maxPresenceBytes: 1_024,
  maxRememberedAnswers: 1_000,
  maxRememberedBytes: 16_777_216,
  rememberAnswersMs: 300_000,
});

/**
 * Fills in the defaults.
 * @throws RangeError for a figure that is negative or not a number, TypeError for a limit that does not exist.
 */
/** Limits as they are given: what is left out, or undefined, has its default. */
export type GivenLimits = { readonly [Name in keyof Limits]?: Limits[Name] | undefined };

export function resolveLimits(given: GivenLimits = {}): Readonly<Limits> {
  const limits: Limits = { ...DEFAULT_LIMITS };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) throw new TypeError(`There is no limit called ${JSON.stringify(name)}`);
    if (value === undefined) continue;
    if (typeof value !== "number" || !(value >= 0)) {
      throw new RangeError(`limits.${name} must be a number from 0 up, not ${String(value)}`);
    }
    limits[name as keyof Limits] = value;
  }
  return Object.freeze(limits);
}
