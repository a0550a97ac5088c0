import { DurableObject } from "cloudflare:workers";
import {
  createAdmit,
  frameOver,
  Hub,
  notAlone,
  PING_FRAME,
  PONG_FRAME,
  resolveTuning,
  withAuthenticate,
  connectionsOf,
  usersOf,
  presenceOf,
  restorePresence,
  refuse,
  type Admission,
  type Admit,
  type AnyUpgradeOptions,
  type Connection,
} from "@ws-kit/core/adapter";
import type {
  DrainOptions,
  AnyMessage,
  Carries,
  ServerSends,
  WhyNot,
  OutsidePublishOptions,
  PublishArgs,
  OpenData,
  PublishResult,
  Router,
  RouterConnections,
  RouterUsers,
  RouterPresence,
} from "@ws-kit/core";
import { decideOn, SKIPPED, peerOf, Tickets, type HandedOver, type ObjectUpgradeOptions } from "./admission.ts";
import { SqlLog } from "./log.ts";
import { Keeper } from "./keeper.ts";
import { ObjectSocket } from "./socket.ts";
import { readKept, type Kept } from "./state.ts";
import { Watch } from "./watch.ts";

/** Marks our sockets among those that an object may have accepted for itself. */
const TAG = "ws-kit";

/** A Durable Object that serves a router, and sleeps while its connections are idle. */
export class RouterObject<Env = unknown, Data = OpenData> extends DurableObject<Env> {
  /** The live connections of this object. */
  readonly connections: RouterConnections<Data>;
  /** Users, on all of their connections to this object: see `identify`. */
  readonly users: RouterUsers;
  /** Who is there among them, in topics that have a presence. */
  readonly presence: RouterPresence;
  private readonly hub: Hub;
  /** Of those that no Worker has admitted; and of those that one has, as many as there is room for. */
  private readonly admit: { readonly others: Admit; readonly handed: Admit };
  private readonly tickets = new Tickets();
  private readonly counts: boolean;
  private readonly authenticate: AnyUpgradeOptions["authenticate"];
  private readonly watch: Watch;
  private readonly keeper: Keeper;
  private readonly sockets = new WeakMap<WebSocket, ObjectSocket>();
  /** What waits for a connection to come to rest. */
  private readonly resting = new Map<Connection, Set<() => void>>();

  constructor(
    ctx: DurableObjectState,
    env: Env,
    router: Router<Data>,
    given: ObjectUpgradeOptions<Data>,
    apart: boolean,
  ) {
    super(ctx, env);
    const options = withAuthenticate(router, given);
    const gaps = { idleTimeoutSeconds: "lacks", compression: "decides" } as const;
    const tuning = resolveTuning(router, {}, { runtime: "a Durable Object", gaps });
    const { maxConnections, maxConnectionsPer } = options;
    this.counts = maxConnections !== undefined || maxConnectionsPer !== undefined;
    const limited = {
      ...(maxConnections !== undefined && { maxConnections }),
      ...(maxConnectionsPer && { maxConnectionsPer }),
    };
    this.admit = {
      others: createAdmit(options),
      handed: createAdmit(
        { ...limited, allowedOrigins: "*", authenticate: decideOn(options.authenticate) },
        // What a Worker has admitted, the object cannot ask it about again.
        { renewedBy: options.authenticate ?? null },
      ),
    };
    this.authenticate = options.authenticate;
    const settled = (conn: Connection) => this.#settled(conn);
    const expires = (at: number) => this.watch.lookAt(at);
    const log = new SqlLog(ctx.storage);
    this.hub = new Hub(router, { sleeps: true, ownHeartbeat: true, apart, settled, expires, tuning, log });
    this.connections = connectionsOf(this.hub);
    this.users = usersOf(this.hub);
    this.presence = presenceOf(this.hub);
    this.keeper = new Keeper(ctx.storage, this.hub.logger);
    this.watch = new Watch(ctx, this.hub, this.keeper, this.alarm === RouterObject.prototype.alarm);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING_FRAME, PONG_FRAME));
    this.#wake();
    this.watch.expire();
  }

  /** Takes the upgrade that `createWorker` has admitted; of any other it decides itself. */
  override async fetch(req: Request): Promise<Response> {
    this.watch.expire();
    const refusal = notAlone(req.headers);
    if (refusal !== undefined) return this.#refused(req, "request", refusal);
    const handed = await this.tickets.take(req);
    // The object has begun anew since it was told, or a client has made the ticket up.
    if (handed === null) {
      const text = "The object was not told of this connection";
      return this.#refused(req, "handshake", refuse(503, text, { "retry-after": "1" }));
    }
    const outcome = await this.#decide(req, handed);
    if (outcome instanceof Response) return outcome;
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, [TAG]);
    this.#accept(server, outcome);
    // The Worker chooses among the application's own; which codec is spoken here it does not know.
    const protocol = handed?.protocol ?? outcome.protocol;
    const answer = new Headers([...(handed?.headers ?? []), ...(outcome.headers ?? [])] as [string, string][]);
    if (protocol !== undefined) answer.set("sec-websocket-protocol", protocol);
    return new Response(null, { status: 101, webSocket: client, headers: answer });
  }

  #refused(req: Request, cause: "request" | "handshake", refusal: Response): Response {
    this.hub.upgradeRefused(refusal.status, cause, req.url);
    return refusal;
  }

  #decide(req: Request, handed: HandedOver | undefined): Admission | Response | Promise<Admission | Response> {
    // A request from within the Worker has a URL alone.
    const host = req.headers.get("host") ?? new URL(req.url).host;
    if (handed === undefined) return this.admit.others(this.hub, req, () => peerOf(req), host);
    return this.admit.handed(this.hub, req, () => ({ ...peerOf(req), handed }), host);
  }

  /** Called by `createWorker`, over RPC: who comes with this ticket has been admitted. */
  async admitted(ticket: string, handed: HandedOver): Promise<void> {
    this.tickets.add(ticket, handed);
    return Promise.resolve();
  }

  override webSocketMessage(ws: WebSocket, message: string | ArrayBuffer): void | Promise<void> {
    this.watch.expire();
    // Frames behind a close come too late.
    if (ws.readyState !== WebSocket.OPEN) return undefined;
    const socket = this.sockets.get(ws);
    if (socket?.conn === undefined) return this.#refuse(ws);
    socket.seen = Date.now();
    if (socket.asked !== undefined) {
      socket.asked = undefined;
      this.keeper.schedule(socket);
    }
    if (frameOver(message, this.hub.tuning.maxPayloadBytes)) return socket.close(1009, "Received too big message");
    this.hub.receive(socket.conn, message);
    return this.#rest(socket.conn);
  }

  override webSocketClose(ws: WebSocket, code: number, reason: string): void | Promise<void> {
    // The runtime's own words for a peer that vanished are no reason that anybody gave.
    return this.#over(ws, code, code === 1006 ? "" : reason);
  }

  override webSocketError(ws: WebSocket, error: unknown): void | Promise<void> {
    const [, code] = /statusCode = (\d+)/.exec(String(error)) ?? [];
    return this.#over(ws, code === undefined ? 1006 : Number(code), code === "1009" ? "Received too big message" : "");
  }

  /**
   * The heartbeat, and the end of those who may not stay (`expiresAt`), by the object's one alarm. Call it from an `alarm` of
   * your own: an object that has one keeps its alarm to itself, unless there is a heartbeat.
   */
  override alarm(): Promise<void> {
    return this.watch.alarm();
  }

  /** Publishes to this object's followers of the topic. Never rejects. */
  publish<M extends AnyMessage>(
    topic: string & Carries<NoInfer<M>>,
    message: ServerSends<WhyNot<M, "ctx.send">> & M,
    ...args: PublishArgs<M, Data, OutsidePublishOptions<Data>>
  ): Promise<PublishResult> {
    this.watch.expire();
    return this.hub.publish(topic, message, ...(args as [unknown]));
  }

  /** Refuses new connections, tells clients to come back later, waits for what runs, and closes with 1012. */
  drain(options?: DrainOptions): Promise<void> {
    return this.hub.drain(options);
  }

  /** Keeps all connections' data: after changing some outside their own handlers, which keep theirs. */
  keep(): void {
    for (const conn of this.hub.connections) this.keeper.schedule(conn.socket as ObjectSocket);
  }

  #accept(ws: WebSocket, { data, clientId }: Admission): void {
    const socket = new ObjectSocket(ws);
    socket.slot = this.hub.slots.keyOf(data);
    const arrival = this.hub.arrivals?.get(data);
    socket.url = arrival?.url;
    socket.from = arrival?.peer.remoteAddress ?? this.hub.addresses?.get(data);
    this.sockets.set(ws, socket);
    socket.conn = this.hub.adopt(socket, data, clientId, ws);
    this.keeper.schedule(socket);
    this.hub.opened(socket.conn);
    this.ctx.waitUntil(this.#rest(socket.conn) ?? Promise.resolve());
    this.watch.opened();
  }

  /** Takes in the connections that were open when the object fell asleep. */
  #wake(): void {
    const later: [ObjectSocket, Kept][] = [];
    for (const ws of this.ctx.getWebSockets(TAG)) {
      const kept = readKept(ws.deserializeAttachment());
      if (kept === undefined) continue;
      const socket = new ObjectSocket(ws);
      this.sockets.set(ws, socket);
      if (kept.stored === undefined) this.#restore(socket, kept);
      else later.push([socket, kept]);
    }
    if (later.length === 0) return;
    void this.ctx.blockConcurrencyWhile(async () => {
      for (const [socket, kept] of later) this.#restore(socket, await this.keeper.load(kept));
    });
  }

  #restore(socket: ObjectSocket, kept: Kept): void {
    const { id, data, topics = [], present, stored, asked, opened, slot, url, from } = kept;
    if (data === undefined) {
      this.hub.logger.error(`Closed ${id}: its ctx.data could not be kept while the object slept`);
      return socket.close(1011, "The connection's state was lost");
    }
    socket.stored = stored;
    socket.asked = asked;
    socket.from = from;
    this.hub.addresses?.set(data, from);
    if (url !== undefined && this.authenticate !== undefined) {
      socket.url = url;
      this.hub.arrivals?.set(data, { url, peer: { remoteAddress: from }, authenticate: this.authenticate });
    }
    if (this.counts) {
      socket.slot = slot;
      this.hub.slots.restore(data, slot);
    }
    if (opened) {
      socket.conn = this.hub.restore(socket, data, id, topics, socket.ws);
      if (present !== undefined) restorePresence(socket.conn, present);
      return undefined;
    }
    // The object ended in the middle of `onOpen`.
    socket.conn = this.hub.adopt(socket, data, id, socket.ws);
    return this.hub.opened(socket.conn);
  }

  #over(ws: WebSocket, code: number, reason: string): void | Promise<void> {
    const socket = this.sockets.get(ws);
    if (socket === undefined) return undefined;
    socket.answer(code, reason);
    socket.ended(code, reason);
    return socket.conn && this.#rest(socket.conn);
  }

  #refuse(ws: WebSocket): void {
    this.hub.logger.error(SKIPPED);
    ws.close(1008, "Not upgraded by WS-Kit");
  }

  /** Something of a connection has ended, or its topics have changed. */
  #settled(conn: Connection): void {
    const socket = conn.socket as ObjectSocket;
    if (conn.closed) this.keeper.forget(socket);
    else this.keeper.schedule(socket);
    const waiting = this.resting.get(conn);
    if (waiting === undefined) return;
    // What lined up behind the handler that has just ended starts before this runs.
    queueMicrotask(() => {
      if (conn.busy) return;
      this.resting.delete(conn);
      for (const done of waiting) done();
    });
  }

  /** Resolves when nothing of the connection runs: until then the event that waits for it keeps the object awake. */
  #rest(conn: Connection): Promise<void> | undefined {
    const waiting = this.resting.get(conn) ?? new Set<() => void>();
    return conn.busy ? new Promise((resolve) => void this.resting.set(conn, waiting.add(resolve))) : undefined;
  }
}
