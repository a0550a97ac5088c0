import type { ClusterState, LinkHandler } from "../api/cluster.ts";
import type { CloseContext, MessageContext, MiddlewareContext, OpenContext, PublishArgs } from "../api/contexts.ts";
import type { PartHandlers } from "../api/contracts.ts";
import type { ConnectionData, OpenData } from "../api/data.ts";
import type { Extension } from "../api/extensions.ts";
import type { ErrorHandler, MessageHandler, Middleware, RequestHandler, RpcHandler } from "../api/handlers.ts";
import { MERGE_OPTIONS, ROUTE_OPTIONS } from "../api/option-kinds.ts";
import type { FamilyRule, MergeOptions, RouteOptions, RouterOptions } from "../api/options.ts";
import type { AnyPublishOptions, OutsidePublishOptions, PublishResult } from "../api/publishing.ts";
import { checkOptions } from "../base/options.ts";
import { drain, type DrainOptions } from "../lifecycle/drain.ts";
import { checkHandler, checkMessage } from "../message/arguments.ts";
import { type Contract, contractsOf } from "../message/contract.ts";
import type { ClientAsks, ClientSends, ServerSends, WhyNot } from "../message/direction.ts";
import type { AnyMessage, AnyRpc } from "../message/message.ts";
import { type AnyTopic, type Carries, checkTopic, type NotCarried } from "../message/topic.ts";
import type { Parts } from "../message/parts.ts";
import { RouterConnections } from "./connections.ts";
import { RouterCore } from "./core.ts";
import { checkPrefix, checkRoute } from "./check-route.ts";
import { handleContract } from "./handle-contract.ts";
import type { Mergeable } from "./inference.ts";
import { guardBy, type GuardCheck, type Guarded, type GuardRefusal } from "./guard.ts";
import { RouterPresence } from "./presence.ts";
import { sentBy } from "./sent-by.ts";
import { messagesOf, type RoutedMessage } from "./routes.ts";
import { RouterUsers } from "./users.ts";
import { websocketCallbacks, type WebSocketCallbacks } from "./websocket.ts";
import type { Event, Hook } from "../state/connection.ts";
import { publishOnAll } from "../topics/publish-on-all.ts";
import { revoke } from "../topics/revoke.ts";

/** The inside of a router, for the rooms of this package alone. @throws TypeError for anything else. */
export let coreOf: (router: object) => RouterCore;

/**
 * Routes validated messages to handlers. `Data` is what `ctx.data` holds for each connection; left out, anything may be
 * kept there. A router holds routes only: one can serve several listeners, and be merged into others.
 */
export class Router<Data = OpenData> {
  readonly #core: RouterCore;
  /** The live connections of every listener in this process that serves this router. */
  readonly connections: RouterConnections<Data>;
  /** Who is there in topics that have a presence. */
  readonly presence: RouterPresence = new RouterPresence(() => this.#core.servedBy());
  /** Users, on all of their connections and nodes, by the ids that `identify` gives. */
  readonly users: RouterUsers = new RouterUsers(() => this.#core);
  /** What a runtime drives, by this router's settings: for `Bun.serve({ websocket })`. It serves sockets of every router that asks for the same. */
  readonly websocket: WebSocketCallbacks;

  /** @throws RangeError or TypeError for an option that cannot be honoured. */
  constructor(options: RouterOptions<Data> = {}) {
    this.#core = new RouterCore(options as never);
    this.connections = new RouterConnections(this.#core);
    this.websocket = websocketCallbacks(this.#core, this.#core.tuning);
  }

  static {
    coreOf = (router) => {
      if (typeof router === "object" && router !== null && #core in router) return router.#core;
      throw new TypeError(
        "This is no router: createRouter() makes one. Or it was made by another copy of @ws-kit/core, which `npm ls @ws-kit/core` shows",
      );
    };
  }

  /**
   * Handles a message that expects no answer. Handlers of one connection run one at a time, in the order its messages arrived, unless `concurrent`.
   * @throws Error when this router, or one merged beside it, handles the type already; TypeError for an rpc, and for what servers alone send.
   *
   * @example
   * router.on(Join, async (ctx) => {
   *   await ctx.topics.subscribe(ctx.payload.roomId);
   *   ctx.send(Joined, { roomId: ctx.payload.roomId });
   * });
   */
  on<M extends AnyMessage>(
    message: ClientSends<WhyNot<M, "router.on">> & M,
    handler: MessageHandler<M, Data>,
    options: RouteOptions = {},
  ): this {
    checkOptions("router.on()", options, ROUTE_OPTIONS);
    this.#core.addRoute(checkRoute({ message, kind: "on", handler, options }));
    return this;
  }

  /**
   * Handles a request, which is always answered: with `ctx.reply`, with `ctx.error`, or for it when the handler ends
   * without either. Rpcs start in the order in which they arrived and do not hold up what follows.
   * @throws Error as `on` does.
   *
   * @example
   * router.rpc(GetUser, async (ctx) => {
   *   const user = await users.find(ctx.payload.id);
   *   if (!user) return ctx.error("NOT_FOUND", "No such user", { id: ctx.payload.id });
   *   return { name: user.name };
   * });
   */
  rpc<M extends AnyMessage>(
    message: ClientAsks<WhyNot<M, "client.request">> & M,
    // One signature: of several, the compiler's first line is that none of them matches.
    handler: M extends AnyRpc ? RpcHandler<M, Data> : RequestHandler<M, Data>,
  ): this {
    this.#core.addRoute(checkRoute({ message, kind: "rpc", handler, options: {} }));
    return this;
  }

  /**
   * Runs for every message of this router and those merged into it, before the payload is validated.
   *
   * @example router.use((ctx, next) => (ctx.data.userId ? next() : ctx.error("UNAUTHENTICATED", "Log in first")));
   */
  use(middleware: Middleware<MiddlewareContext<Data>>): this;
  /** Runs for one message, after its payload was validated. */
  use<M extends AnyMessage>(
    message: ClientAsks<WhyNot<M, "client.request">> & M,
    middleware: Middleware<MessageContext<M, Data>>,
  ): this;
  use(first: AnyMessage | Middleware<never>, second?: Middleware<never>): this {
    const isTyped = typeof first !== "function";
    if (isTyped) checkMessage("router.use()", first);
    checkHandler("router.use()", isTyped ? second : first);
    this.#core.addMiddleware(isTyped ? first : undefined, (isTyped ? second : first) as Middleware<never>);
    return this;
  }

  /** Runs when a connection opens, before its first message. One that throws refuses the connection with 1011. */
  onOpen(handler: (ctx: OpenContext<Data>) => unknown): this {
    return this.#hook("open", handler);
  }

  /** Runs once for every connection that opened, after its last message. */
  onClose(handler: (ctx: CloseContext<Data>) => unknown): this {
    return this.#hook("close", handler);
  }

  /** Runs when a connection loses its socket and waits for its client, with `resume`: what it sends is kept. */
  onDetach(handler: (ctx: OpenContext<Data>) => unknown): this {
    return this.#hook("detach", handler);
  }

  /** Runs when a connection goes on with another socket, which is `ctx.ws` now. Its data and topics are as they were. */
  onResume(handler: (ctx: OpenContext<Data>) => unknown): this {
    return this.#hook("resume", handler);
  }

  #hook(event: Event, handler: Hook): this {
    checkHandler(`router.on${event[0]?.toUpperCase()}${event.slice(1)}()`, handler);
    this.#core.addHook(event, handler);
    return this;
  }

  /** Told of failures nobody else hears of: what handlers throw, outgoing payloads that do not fit. Without one they are logged. */
  onError(handler: ErrorHandler<Data>): this {
    checkHandler("router.onError()", handler);
    this.#core.addErrorHandler(handler);
    return this;
  }

  /**
   * Says that this router, or one merged into it, handles what clients send of a contract: looked at when it is first served.
   * @throws TypeError for what is no contract; where it is served `Error: contract Chat: nothing handles IMPORT`.
   */
  provides(...contracts: readonly Contract[]): this {
    this.#core.contracts.push(...contractsOf("router.provides()", contracts));
    return this;
  }

  /**
   * Handles a contract as a whole: a handler for each of its parts that clients send, or it does not compile. For groups
   * of some 50; of more, an editor takes its time.
   * @throws TypeError for a part without a handler, and for a handler of no part; else as `on` and `rpc` do.
   *
   * @example
   * router.handle(Chat, {
   *   Join: (ctx) => ctx.topics.subscribe(ctx.payload.roomId),
   *   Import: async (ctx) => ({ rows: await count(ctx.payload.file) }),
   * });
   */
  handle<P extends Parts>(contract: Contract<P>, handlers: PartHandlers<P, Data>): this {
    handleContract(this, contract, handlers as PartHandlers<Parts, Data>);
    return this;
  }

  /**
   * Adds an extension, which then stands beside every handler of every listener that serves this router, those of routers around or inside it
   * included; one that is added twice counts once.
   * @throws Error when a listener has been made already, or another extension has its name or control type; TypeError for one without name or
   *   setup, or with a control type of the protocol's.
   */
  extend(extension: Extension): this {
    this.#core.addExtension(extension);
    return this;
  }

  /** What this router handles, those merged into it included, in no particular order. */
  messages(): RoutedMessage[] {
    return messagesOf(this.#core);
  }

  /** What this router, and those merged into it, may send without being asked: the messages of their topics and contracts. */
  sends(): AnyMessage[] {
    return sentBy(this.#core);
  }

  /**
   * Takes in another router: its routes, middleware (for its own routes), lifecycle handlers, and whatever is added to
   * it later. This router's own route wins over a merged one of the same type.
   * @throws Error when two merged routers handle the same type and `onConflict` does not choose, and for a router with
   * `authorizeTopic`, `identify` or `expiresAt` where this one has none: it would decide nothing.
   */
  merge<Inner, Outer = Data>(other: Mergeable<Outer, Inner> & Router<Inner>, options: MergeOptions = {}): this {
    checkOptions("router.merge()", options, MERGE_OPTIONS);
    this.#core.addChild(coreOf(other), "", options);
    return this;
  }

  /** As `merge`, with every type of `other` prefixed: `mount("admin.", users)` serves `LIST` as `admin.LIST`. */
  mount<Inner, Outer = Data>(
    prefix: string,
    other: Mergeable<Outer, Inner> & Router<Inner>,
    options: MergeOptions = {},
  ): this {
    checkOptions("router.mount()", options, MERGE_OPTIONS);
    checkPrefix(prefix);
    this.#core.addChild(coreOf(other), prefix, options);
    return this;
  }

  /**
   * A router, merged into this one, whose routes run only for connections whose data passes `check`: there `ctx.data`
   * has the narrower type. Others are answered with `refusal`, by default UNAUTHENTICATED.
   *
   * @example
   * const members = router.guard((data): data is Member => data.userId !== undefined);
   * members.on(Post, (ctx) => save(ctx.data.userId)); // a string, not string | undefined
   */
  guard<Narrow extends ConnectionData<Data> = never>(
    check: GuardCheck<ConnectionData<Data>, Narrow>,
    refusal?: GuardRefusal,
  ): Router<Guarded<Data, Narrow>>;
  guard(check: (data: never) => unknown, refusal?: GuardRefusal): Router<never> {
    checkHandler("router.guard()", check);
    const inner = new Router<never>({ logger: this.#core.logger });
    coreOf(inner).addMiddleware(undefined, guardBy(check, refusal));
    this.#core.addChild(coreOf(inner), "", {});
    return inner;
  }

  /**
   * Publishes from outside any handler to all followers of the topic on every listener of this process (and, with an
   * engine, to other nodes). Never rejects.
   *
   * @example await router.publish("news", Said, { text: "The server restarts at noon" });
   */
  publish<M extends AnyMessage>(
    topic: string & Carries<NoInfer<M>, NotCarried>,
    message: ServerSends<WhyNot<M, "ctx.send">> & M,
    ...args: PublishArgs<M, Data, OutsidePublishOptions<Data>>
  ): Promise<PublishResult> {
    const [payload, options] = args as [unknown, AnyPublishOptions?];
    return publishOnAll(this.#core, topic, message, payload, options);
  }

  /**
   * Says who may follow a family of topics, as `authorizeTopic`. Clients may then also ask for them by themselves.
   * @throws Error for a family that has a rule, is like another one, or comes after the router is served.
   * @example router.topic(Room, { authorize: ({ id }, { data }) => isMember(data.userId, id) });
   */
  topic<T extends AnyTopic>(family: T, rule: FamilyRule<T, Data>): this {
    checkTopic("router.topic()", family);
    checkOptions("router.topic()", rule, { authorize: "function" });
    checkHandler("router.topic()", rule.authorize);
    this.#core.addTopic({ topic: family, authorize: rule.authorize as never });
    return this;
  }

  /** Takes a topic from its followers here whose data passes, tells them, voids their grants, and says how many; see `users.revoke`. */
  revoke(topic: string, test: (data: ConnectionData<Data>) => boolean): number {
    checkHandler("router.revoke()", test);
    return revoke(this.#core.servedBy(), topic, test);
  }

  /** How this process is linked to the others that serve the router; undefined without an engine, and while nothing is served. */
  get cluster(): ClusterState | undefined {
    return this.#core.cluster?.state;
  }

  /** Calls the handler when the link to the other nodes goes down, and when everything is followed again: see `LinkReport`. */
  onLink(handler: LinkHandler): this {
    checkHandler("router.onLink()", handler);
    this.#core.onLink.push(handler);
    return this;
  }

  /** Shuts down gracefully: refuses connections, tells clients to come back later, waits for what runs, and closes with 1012. */
  drain(options: DrainOptions = {}): Promise<void> {
    return drain(this.#core.servedBy(), options);
  }
}
