import type { Packet } from "../protocol/codec.ts";
import type { EngineLog, Keeping, LogFrame } from "./engine-log.ts";
import type { MemberEvents, Members, MemberStore } from "./member-store.ts";
import type { NodeAnswers, NodeRequest, RequestEvents, UserAsk, UserRequest } from "./nodes.ts";

/**
 * Carries packets between the processes (nodes) that serve a router, by topic: Redis, NATS or your own. A packet is text where
 * every frame in it is text, and bytes otherwise; an engine never looks into one. An engine stays
 * thin: what must never be wrong, who follows what, packing, order, duplicates, finding a link that is deaf, is the
 * core's (`cluster/link.ts`) and the same for all of them.
 */
export interface Engine {
  /** What logs and errors call it, as "redis". */
  readonly name: string;
  /**
   * Called once a process and router, whatever the number of its listeners. Returns at once and connects by itself, again
   * and again, until the session is closed: an engine that is away at the start is one that comes later.
   */
  connect(node: NodeSide): EngineSession;
  /** Its sessions have a `log`: topics with a history need one. */
  readonly records?: boolean;
  /** Its sessions have `members`: topics with a presence need them. */
  readonly members?: boolean;
  /** Several servers that share the topics, each by itself; this one's own `connect` is then not called. */
  readonly shards?: readonly Engine[];
}

/** What an engine tells the node. */
export interface NodeSide {
  /** Random, new at each start of the process: a restarted node is another node. */
  readonly id: string;
  /** Whether the router's codec makes bytes: packets then are bytes too, and text where it makes text. */
  readonly bytes: boolean;
  /** A packet that somebody, this node too, published to a topic. One that comes twice, or late, does no harm. */
  deliver(topic: string, packet: Packet): void;
  /** Whether any topic has a history: the log is then used. */
  readonly records: boolean;
  /** Whether nodes say something of themselves for others to read: `members` is then used. */
  readonly members: boolean;
  /** What the log keeps of a topic; undefined for one that is live. */
  keepingOf(topic: string): Keeping | undefined;
  /** A message that was added to the log of a topic which this node follows. */
  added(topic: string, frame: LogFrame): void;
  /** Some node has severed the log of a topic: it goes on under this epoch. Of a topic that is not followed it does no harm. */
  changed(topic: string, epoch: string): void;
  /**
   * `up`: it answers commands (after Redis's LOADING, say; an open socket is not enough), and follows nothing yet: the node
   * asks for all its topics again. `down`: it does not. Saying the same twice is harmless; each time it could not be reached it
   * says why, by the cause.
   */
  link(state: "up" | "down", cause?: Error): void;
}

/**
 * One node's session. Its methods are called only between `up` and `down`. No queue of the library's own may stand behind
 * them: what cannot be done now is rejected, since only so is it known *when* a topic is followed.
 */
export interface EngineSession {
  /** Resolves when it is in effect. At most 1,000 topics a call; following one again is harmless. */
  follow(topics: readonly string[]): Promise<unknown>;
  unfollow(topics: readonly string[]): unknown;
  /** Bytes that a packet may have, as long as this connection lives; undefined where nothing keeps one from being larger. */
  readonly maxPacketBytes?: number | undefined;
  /** Resolves when the packet was handed over, which is when the next one of the same topic may follow. */
  publish(topic: string, packet: Packet): Promise<unknown>;
  /** Resolves when a message that it sent to this node's own channel has come back by the way that `deliver` takes. */
  probe(): Promise<unknown>;
  /** Where it keeps recorded topics. */
  readonly log?: EngineLog;
  /** Where it keeps what nodes say of themselves. */
  readonly members?: MemberStore;
  /** Drops its connections and opens new ones: a probe was not answered, whatever the library believes. */
  reconnect(cause: Error): void;
  close(): Promise<void> | void;
}

/** A process's way to the other nodes, as its listeners see it. */
export interface NodeLink {
  /**
   * A connection of a listener follows the topic; `first` if it is the listener's first to.
   * @returns a promise where the engine has yet to confirm.
   */
  follow(topic: string, first: boolean): Promise<void> | undefined;
  /** A listener's last follower of the topic has left. */
  unfollow(topic: string): void;
  publish(topic: string, frame: Packet): "sent" | "away";
  /** How many bytes a frame may have, where it is "away" since it has more than the engine carries. */
  limitOf(topic: string, frame: Packet): number | undefined;
  /**
   * Hears what other nodes publish under a name that is no topic's, since it begins with a control character.
   * @returns a promise where the engine has yet to confirm.
   */
  listen(name: string, heard: (frame: Packet) => void): Promise<void> | undefined;
  unlisten(name: string): void;
  /** The nodes that share what is said under the name; undefined where nodes have no leases. */
  membersOf(name: string): Members | undefined;
  /** Tells of the nodes, of all servers. */
  watchMembers(events: MemberEvents): void;
  /**
   * Asks all other nodes about a user; undefined where they do not know users (without `identify`). Never rejects.
   * @throws WsKitError INVALID_ARGUMENT for what the engine cannot carry, before anybody is asked.
   */
  askNodes(what: UserAsk, frame: Packet): Promise<NodeAnswers> | undefined;
  /**
   * Puts a request to a user's clients on all other nodes; undefined where they do not know users.
   * @throws WsKitError as `askNodes`.
   */
  requestOfNodes(what: UserRequest, frame: Packet, events: RequestEvents): NodeRequest | undefined;
}
