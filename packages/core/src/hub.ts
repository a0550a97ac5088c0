import { BrokerLink } from "./broker-link.ts";
import { systemClock, type Clock } from "./clock.ts";
import { Connection } from "./connection.ts";
import { Registry } from "./connections.ts";
import { Deadlines } from "./deadlines.ts";
import { receive } from "./dispatch.ts";
import { drainHub, type DrainOptions } from "./drain.ts";
import { Heartbeat } from "./heartbeat.ts";
import { closed, opened } from "./lifecycle.ts";
import { LateSends } from "./late-sends.ts";
import type { Limits } from "./limits.ts";
import type { Logger } from "./logger.ts";
import { AnswerMemory } from "./memory.ts";
import { hand, overBuffer } from "./outgoing.ts";
import type { AnyMessage, Codec } from "./protocol/index.ts";
import { deliverLocally, publishFrom, type AnyPublishOptions } from "./pubsub.ts";
import type { RouterCore } from "./router-core.ts";
import type { RouteTable } from "./routes.ts";
import type { Runtime, Socket } from "./socket.ts";
import { OPEN } from "./state.ts";
import { TopicIndex } from "./topics.ts";
import type { PublishResult } from "./types.ts";

/** What one listener keeps alive. A router holds routes only, and can serve several hubs. */
export class Hub {
  readonly router: RouterCore;
  readonly runtime: Runtime;
  readonly limits: Readonly<Limits>;
  readonly codec: Codec;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly validateOutgoing: boolean;
  readonly authorizeTopic: RouterCore["authorizeTopic"];
  readonly nativeTopics: boolean;
  readonly deadlines: Deadlines;
  readonly memory: AnswerMemory;
  readonly topics: TopicIndex = new TopicIndex();
  readonly connections: Registry = new Registry();
  /** Connections whose `onClose` still runs. */
  readonly closing: Set<Connection> = new Set();
  readonly brokerLink: BrokerLink | undefined;
  private readonly heartbeat: Heartbeat | undefined;
  publishedSinceSweep = 0;
  /** Whose frame is being taken in: the runtime gathers what its socket sends meanwhile. */
  receiving: Connection | undefined = undefined;
  readonly lateSends: LateSends = new LateSends(hand);
  /** New connections are refused. */
  draining = false;

  constructor(router: RouterCore, runtime: Runtime = {}) {
    this.router = router;
    this.runtime = runtime;
    this.limits = router.limits;
    this.codec = router.codec;
    this.logger = runtime.logger ?? router.logger;
    this.validateOutgoing = router.validateOutgoing;
    this.authorizeTopic = router.authorizeTopic;
    this.clock = runtime.clock ?? systemClock;
    this.nativeTopics = runtime.publish !== undefined;
    this.deadlines = new Deadlines(this.clock, runtime.sleeps === true);
    this.memory = new AnswerMemory(this.clock, this.limits);
    this.heartbeat =
      router.heartbeat === undefined || runtime.ownHeartbeat === true
        ? undefined
        : new Heartbeat(this, router.heartbeat);
    this.brokerLink =
      router.broker === undefined
        ? undefined
        : new BrokerLink(router.broker, this.logger, (topic, frame) =>
            deliverLocally(this, topic, frame, undefined, {}),
          );
    if (runtime.apart === true) router.servesApart = true;
    else router.hubs.add(this);
  }

  routes(): RouteTable {
    return this.router.routes();
  }

  nativeName(topic: string): string {
    const { topicPrefix } = this.runtime;
    return topicPrefix === undefined ? topic : topicPrefix + topic;
  }

  /** The socket of a connection that was prepared is open. */
  open(conn: Connection, socket: Socket): void {
    this.take(conn, socket, socket);
    this.opened(conn);
  }

  /**
   * Takes in a socket without running `onOpen`. Everything later is told about the connection this returns.
   * @param ws The runtime's own socket, where `socket` wraps it.
   */
  adopt(socket: Socket, data: Record<string, unknown>, clientId: string, ws: unknown = socket): Connection {
    const conn = new Connection(this, data, clientId);
    this.take(conn, socket, ws);
    return conn;
  }

  private take(conn: Connection, socket: Socket, ws: unknown): void {
    conn.socket = socket;
    conn.ws = ws;
    this.connections.add(conn);
    this.heartbeat?.start();
  }

  /** Runs `onOpen` for a connection that was taken in: apart from `adopt` where a socket may close meanwhile. */
  opened(conn: Connection): void {
    opened(conn);
  }

  /**
   * Takes in a connection that was open before this hub woke up, with what was kept of it.
   * @param topics Those it followed; they were allowed once, and are not asked about again.
   */
  restore(
    socket: Socket,
    data: Record<string, unknown>,
    clientId: string,
    topics: Iterable<string>,
    ws: unknown = socket,
  ): Connection {
    const conn = this.adopt(socket, data, clientId, ws);
    conn.state = OPEN;
    for (const topic of topics) this.topics.add(topic, conn);
    return conn;
  }

  /** As `router.publish`, on this listener alone. */
  publish(topic: string, message: AnyMessage, payload?: unknown, options?: AnyPublishOptions): Promise<PublishResult> {
    return publishFrom(this, undefined, topic, message, payload, options);
  }

  /** As `router.drain`, of this listener alone. */
  drain(options: DrainOptions = {}): Promise<void> {
    return drainHub(this, options);
  }

  /** A frame arrived. */
  receive(conn: Connection, data: string | ArrayBufferLike | ArrayBufferView): void {
    this.receiving = conn;
    receive(conn, data);
    this.receiving = undefined;
  }

  /** The socket closed: once, whichever side began. */
  close(conn: Connection, code: number, reason: string): void {
    closed(conn, code, reason);
  }

  /** The socket's buffer has room again. */
  drained(conn: Connection): void {
    overBuffer(conn);
  }

  /** A ping or pong frame arrived. */
  seen(conn: Connection): void {
    conn.alive = true;
  }

  /** Lets go of timers and the broker; the connections are the adapter's to close. */
  async dispose(): Promise<void> {
    this.router.hubs.delete(this);
    this.heartbeat?.stop();
    this.deadlines.clear();
    await this.brokerLink?.close();
  }
}
