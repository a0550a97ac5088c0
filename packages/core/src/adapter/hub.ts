import type { ResolvedHeartbeat } from "../api/heartbeat.ts";
import type { UpgradeRefusalCause } from "../api/facts.ts";
import type { Limits } from "../api/limits.ts";
import type { AuthorizeTopic, ExpiresAt, Identify } from "../api/options.ts";
import type { AnyPublishOptions, PublishResult } from "../api/publishing.ts";
import { calmLogger } from "../base/calm-logger.ts";
import { systemClock, type Clock } from "../base/clock.ts";
import { Deadlines } from "../base/deadlines.ts";
import type { Turns } from "../base/turns.ts";
import { sureLogger, type Logger } from "../base/logger.ts";
import { BaseContext } from "../contexts/connection-context.ts";
import { beginLease, expireDue } from "../contexts/expiry.ts";
import { askIdentity } from "../contexts/identity.ts";
import { mishandled, receive, take } from "../dispatch/receive.ts";
import { start } from "../dispatch/run.ts";
import { enter, validate } from "../dispatch/stages.ts";
import { closed } from "../lifecycle/close.ts";
import { setUp } from "../extensions/set-up.ts";
import { drainHub, type DrainOptions } from "../lifecycle/drain.ts";
import { LagWatch } from "../lifecycle/lag-watch.ts";
import { type Pulse, pulseOf } from "../lifecycle/pulse.ts";
import { opened } from "../lifecycle/open.ts";
import { renew } from "../lifecycle/renewal.ts";
import { PressureWatch } from "../lifecycle/pressure-watch.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Local } from "../cluster/link-options.ts";
import type { Recorded } from "../history/recorded.ts";
import type { AnyMessage } from "../message/message.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Socket } from "../ports/socket.ts";
import type { Tuning } from "../ports/tuning.ts";
import type { Codec, Packet } from "../protocol/codec.ts";
import type { RouterCore } from "../router/core.ts";
import { coreOf } from "../router/router.ts";
import { sessionsOf } from "../resume/create.ts";
import type { Sessions } from "../resume/sessions.ts";
import { flushAll, hangUp, overBuffer } from "../sending/frames.ts";
import { read } from "../sending/pressure.ts";
import { report } from "../sending/report.ts";
import { AnswerMemory } from "../state/answers.ts";
import { Asked } from "../state/asked.ts";
import type { Backlog } from "../state/backlog.ts";
import type { Presence } from "../presence/presence.ts";
import { Connection, type Listener } from "../state/connection.ts";
import { Followers } from "../state/followers.ts";
import type { CompiledHooks } from "../state/hooks.ts";
import { Identities } from "../state/identities.ts";
import { CLOSING, OPEN } from "../state/phases.ts";
import { Laggards } from "../state/laggards.ts";
import { Registry } from "../state/registry.ts";
import type { RouteTable } from "../state/route.ts";
import { topicFrame } from "../topics/frames.ts";
import { join } from "../topics/membership.ts";
import { publishFrom } from "../topics/publish.ts";
import { agree, Agreement } from "./agreement.ts";
import { renewerOf } from "./arrival.ts";
import { deliverFrom, joinCluster, leaveCluster } from "./in-cluster.ts";
import type { Arrival, Entrance } from "./entrance.ts";
import { logRefusal } from "./refusal-log.ts";
import { Slots } from "./slots.ts";

const INNER_STAGES = { validate, enter };

/** What one listener keeps alive. A router holds routes only, and can serve several hubs. */
export class ListenerHub implements Listener, Entrance, Local {
  readonly handlers: RouterCore;
  readonly hooks: CompiledHooks<Connection> | undefined;
  readonly runtime: Runtime<Connection>;
  readonly limits: Readonly<Limits>;
  readonly tuning: Tuning;
  readonly codec: Codec;
  readonly binary: boolean;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly validateOutgoing: boolean;
  readonly authorizeTopic: AuthorizeTopic<never> | undefined;
  readonly identify: Identify<never> | undefined;
  readonly identities: Identities<Connection> = new Identities();
  addresses: WeakMap<object, string | undefined> | undefined = undefined;
  readonly expiresAt: ExpiresAt<never> | undefined;
  readonly leases: Listener["leases"] = new WeakMap();
  readonly arrivals: WeakMap<object, Arrival> | undefined;
  readonly agreement: Agreement | undefined;
  readonly heartbeat: ResolvedHeartbeat | undefined;
  readonly resume: Sessions | undefined;
  draining = false;
  untold: Set<Connection> | undefined = undefined;
  readonly connections: Registry<Connection> = new Registry();
  readonly closing: Set<Connection> = new Set();
  readonly joining: Set<Connection> = new Set();
  readonly slots: Slots = new Slots();
  readonly deadlines: Deadlines;
  readonly answers: AnswerMemory;
  readonly asked: Asked<Connection> = new Asked();
  streams: Listener["streams"] = undefined;
  readonly followers: Followers<Connection> = new Followers();
  readonly nativeTopics: boolean;
  readonly recorded: Recorded | undefined;
  readonly presence: Presence | undefined;
  readonly topicFrame: Listener["topicFrame"] = topicFrame;
  readonly renew: Listener["renew"] = renew;
  readonly start: Listener["start"] = start;
  readonly hangUp: Listener["hangUp"] = hangUp;
  readonly peers: ReadonlySet<Listener>;
  readonly link: Cluster | undefined;
  readonly congested: Map<Connection, Backlog> = new Map();
  readonly laggards: Laggards<Connection> = new Laggards();
  allowance = 0;
  receiving: Connection | undefined = undefined;
  late: Connection[] = [];
  lateUnits = 0;
  outbox: Turns | undefined = undefined;
  readonly flushLate = (): void => flushAll(this);
  readonly expire = (): number => expireDue(this);
  private readonly pulse: Pulse | undefined;
  private readonly pressure = new PressureWatch(this);
  private readonly lag = new LagWatch(this);

  constructor(of: object, runtime: Runtime<Connection> = {}) {
    const router = coreOf(of);
    this.handlers = router;
    this.runtime = runtime;
    this.limits = router.limits;
    this.tuning = runtime.tuning ?? router.tuning;
    this.codec = router.codec;
    this.binary = router.binary;
    this.validateOutgoing = router.validateOutgoing;
    this.authorizeTopic = router.authorizeTopic;
    this.identify = router.identify;
    this.expiresAt = router.expiresAt;
    this.arrivals = router.expiresAt && new WeakMap();
    this.agreement = router.contract && new Agreement(router.contract);
    this.heartbeat = router.heartbeat;
    this.clock = runtime.clock ?? systemClock;
    this.logger = calmLogger(sureLogger(runtime.logger ?? router.logger), this.clock, runtime.sleeps === true);
    this.deadlines = new Deadlines(this.clock, runtime.sleeps === true);
    this.resume = sessionsOf(this, router.resume, this.slots, (...end) => this.over(...end));
    // What the runtime sends by itself nobody could number.
    this.nativeTopics = runtime.publish !== undefined && this.resume === undefined;
    this.answers = new AnswerMemory(this.clock, this.limits, runtime.sleeps === true ? undefined : this.deadlines);
    this.pulse = pulseOf(this);
    this.hooks = setUp(this, router.extensions());
    const isApart = runtime.apart === true;
    this.recorded = router.shared.recordedBy(this.clock, isApart, runtime.log);
    this.presence = router.shared.presenceBy(this.clock, isApart, runtime.sleeps === true);
    this.peers = isApart ? new Set([this]) : router.hubs;
    router.serve(this, isApart);
    this.link = joinCluster(this, isApart);
  }

  arrived(topic: string, frame: Packet): void {
    deliverFrom(this, topic, frame);
  }

  get busy(): boolean {
    return this.closing.size > 0 || [...this.connections].some(({ busy }) => busy);
  }

  routes(): RouteTable {
    return this.handlers.routes(INNER_STAGES);
  }

  nativeName(topic: string): string {
    return (this.runtime.topicPrefix ?? "") + topic;
  }

  watch(): void {
    this.pressure.start();
  }

  watchLaggards(): void {
    this.lag.start();
  }

  spent(): void {
    this.pressure.spent();
  }

  contextOf(conn: Connection): BaseContext {
    return new BaseContext(conn);
  }

  takeIn(prepared: Connection, socket: Socket): Connection {
    return this.resume?.arrive(prepared.data, socket, socket) ?? this.take(prepared, socket, socket, false);
  }

  /**
   * Takes in a socket without running `onOpen`. Everything later is told about the connection this returns.
   * @param ws The runtime's own socket, where `socket` wraps it.
   */
  adopt(socket: Socket, data: Record<string, unknown>, clientId: string, ws: unknown = socket): Connection {
    return this.resume?.arrive(data, socket, ws) ?? this.take(new Connection(this, data, clientId), socket, ws, false);
  }

  private take(conn: Connection, socket: Socket, ws: unknown, restored: boolean): Connection {
    conn.socket = this.resume?.wrap(conn, socket) ?? socket;
    conn.ws = ws;
    this.connections.add(conn);
    this.pulse?.start();
    askIdentity(conn);
    if (this.expiresAt !== undefined) beginLease(conn, renewerOf(conn.data, this));
    if (this.hooks !== undefined) this.hooks.opened(conn, restored);
    return conn;
  }

  /** Runs `onOpen` for a connection that was taken in: apart from `adopt` where a socket may close meanwhile. */
  opened(conn: Connection): void {
    if (this.resume?.opened(conn) === true) return;
    if (this.agreement === undefined || agree(conn, this.agreement)) opened(conn);
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
    const conn = new Connection(this, data, clientId);
    conn.state = OPEN;
    this.take(conn, socket, ws, true);
    for (const topic of topics) join(topic, conn);
    return conn;
  }

  publish(topic: string, message: AnyMessage, payload?: unknown, options?: AnyPublishOptions): Promise<PublishResult> {
    return publishFrom(this, undefined, topic, message, payload, options);
  }

  drain(options: DrainOptions = {}): Promise<void> {
    return drainHub(this, options);
  }

  startFrame(conn: Connection, packet: Packet): void {
    try {
      take(conn, packet);
    } catch (error) {
      mishandled(conn, error);
    }
  }

  receive(conn: Connection, data: string | ArrayBufferLike | ArrayBufferView): void {
    this.receiving = conn;
    try {
      receive(conn, data);
    } catch (error) {
      mishandled(conn, error);
    }
    this.receiving = undefined;
  }

  close(conn: Connection, code: number, reason: string): void {
    if (this.resume?.detach(conn, code, reason, false) !== true) this.over(conn, code, reason);
  }

  private over(conn: Connection, code: number, reason: string): void {
    this.resume?.forget(conn);
    this.slots.release(conn.data);
    closed(conn, code, reason);
  }

  drained(conn: Connection): void {
    if (conn.state < CLOSING) overBuffer(conn);
    else read(conn);
  }

  seen(conn: Connection): void {
    conn.silent = 0;
    // The runtime has answered a ping by itself, and says nothing of what becomes of its answer.
    if (conn.state < CLOSING) overBuffer(conn);
  }

  upgradeRefused(status: number, cause: UpgradeRefusalCause, url: string): void {
    logRefusal(this.logger, status, cause, url);
    if (this.hooks !== undefined) this.hooks.upgradeRefused(status, cause, url);
  }

  failed(error: unknown): void {
    report(this, error, undefined);
  }

  /** Lets go of timers and, the last one, of the engine; the connections are the adapter's to close. */
  async dispose(): Promise<void> {
    this.resume?.stop();
    this.handlers.release(this, this.presence);
    this.pulse?.stop();
    this.pressure.stop();
    this.lag.stop();
    this.deadlines.clear();
    this.hooks?.disposed();
    await leaveCluster(this);
  }
}
