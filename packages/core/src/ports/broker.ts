import type { Packet } from "../protocol/codec.ts";

/**
 * Carries published frames between processes. Local delivery never waits for it: a broker only brings a frame to the
 * *other* nodes, and brings theirs here. An implementation gives every node an id of its own and does not deliver a
 * frame to the node that published it.
 */
export interface Broker {
  /**
   * Called once for each listener. `deliver` hands a frame from another node to this one's subscribers: text where it was
   * text there, bytes where it was bytes, unchanged.
   */
  connect(deliver: (topic: string, frame: Packet) => void): BrokerSession | Promise<BrokerSession>;
}

/** One listener's link to its broker. */
export interface BrokerSession {
  /** Hands one encoded frame to the other nodes. A rejection becomes `{ ok: false }` of the publish. */
  publish(topic: string, frame: Packet): void | Promise<void>;
  /** The first connection of this node follows the topic. */
  subscribe(topic: string): void | Promise<void>;
  /** The last one left it. */
  unsubscribe(topic: string): void | Promise<void>;
  close(): void | Promise<void>;
}
