import type { Extension } from "../api/extensions.ts";
import type { ErrorHandler, Middleware } from "../api/handlers.ts";
import { type ResolvedHeartbeat, resolveHeartbeat } from "../api/heartbeat.ts";
import { type Limits, resolveLimits } from "../api/limits.ts";
import { type ResolvedResume, resolveResume } from "../api/resume.ts";
import type { AuthorizeTopic, ExpiresAt, Identify, MergeOptions, RouterOptions } from "../api/options.ts";
import { defaultTuning, fillTuning } from "../api/tuning.ts";
import { consoleLogger, type Logger, sureLogger } from "../base/logger.ts";
import type { LinkHandler, LinkReport } from "../api/cluster.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Contract } from "../message/contract.ts";
import type { AnyMessage } from "../message/message.ts";
import type { AnyTopic } from "../message/topic.ts";
import type { AnswerStore } from "../ports/answer-store.ts";
import type { Engine } from "../ports/engine.ts";
import type { Tuning } from "../ports/tuning.ts";
import type { Presence } from "../presence/presence.ts";
import { type Codec, isBinary, jsonCodec } from "../protocol/codec.ts";
import type { Event, Handlers, Hook, Listener } from "../state/connection.ts";
import type { RouteTable } from "../state/route.ts";
import type { TopicRule } from "../state/topic-rule.ts";
import { allDeclared, DeclaredTopics, isRecorded } from "./declared-topics.ts";
import { reached } from "./reached.ts";
import { APART, Shared } from "./shared.ts";
import { checkPorts, checkRouterOptions } from "./check-options.ts";
import { checkMerge } from "./check-merge.ts";
import { checkProvided } from "./provided.ts";
import { tellLink } from "./tell-link.ts";
import { checkExtension, checkTogether } from "./extensions.ts";
import { type Child, compile, type InnerStages, resolve, type Route, type RouteSource, types } from "./routes.ts";

/** The untyped inside of a `Router`: registrations, and what is compiled from them. */
export class RouterCore implements RouteSource, Handlers {
  readonly own: Map<string, Route> = new Map();
  readonly global: Middleware<never>[] = [];
  readonly typed: Map<string, Middleware<never>[]> = new Map();
  readonly ownErrorHandlers: ErrorHandler<never>[] = [];
  readonly children: (Child & { readonly source: RouterCore })[] = [];
  readonly hubs: Set<Listener> = new Set();
  /** Serves listeners that cannot be reached from here. */
  servesApart = false;
  /** Some listener asks nobody who may connect. */
  open = false;
  readonly limits: Readonly<Limits>;
  readonly tuning: Tuning;
  readonly codec: Codec;
  /** The codec gives bytes. */
  readonly binary: boolean;
  readonly logger: Logger;
  readonly validateOutgoing: boolean;
  readonly heartbeat: ResolvedHeartbeat | undefined;
  readonly resume: ResolvedResume | undefined;
  readonly engine: Engine | undefined;
  readonly answers: AnswerStore | undefined;
  /** The link of all listeners of this process that can be reached from here, while there is one. */
  cluster: Cluster | undefined = undefined;
  readonly onLink: LinkHandler[] = [];
  readonly topics: DeclaredTopics;
  readonly shared: Shared;
  readonly authorizeTopic: AuthorizeTopic<never> | undefined;
  readonly identify: Identify<never> | undefined;
  readonly authenticate: RouterOptions["authenticate"];
  readonly contract: Contract | undefined;
  readonly contracts: Contract[] = [];
  readonly expiresAt: ExpiresAt<never> | undefined;
  readonly ownExtensions: Extension[] = [];
  private readonly hooks: Readonly<Record<Event, Hook[]>> = { open: [], close: [], detach: [], resume: [] };
  private readonly parents: Set<RouterCore> = new Set();
  private readonly warned: Set<string> = new Set();
  private table: RouteTable | undefined = undefined;
  private lists: { [E in Event]?: readonly Hook[] } & {
    rules?: readonly TopicRule[];
    error?: readonly ErrorHandler<never>[];
  } = {};

  constructor(options: RouterOptions<never>) {
    checkRouterOptions(options);
    this.limits = resolveLimits(options.limits);
    this.tuning = fillTuning(options, defaultTuning(this.limits));
    this.codec = options.codec ?? jsonCodec;
    this.binary = isBinary(this.codec);
    this.logger = sureLogger(options.logger ?? consoleLogger);
    this.validateOutgoing = options.validateOutgoing ?? true;
    this.heartbeat = options.heartbeat && resolveHeartbeat(options.heartbeat);
    this.resume = resolveResume(options.resume);
    this.engine = options.engine;
    this.answers = options.answers;
    this.authorizeTopic = options.authorizeTopic;
    this.identify = options.identify;
    this.authenticate = options.authenticate;
    this.topics = new DeclaredTopics(options.topics ?? []);
    checkPorts(options);
    this.shared = new Shared(this.engine, () => allDeclared([...this.family()].map(({ topics }) => topics)));
    this.contract = options.contract;
    if (this.contract !== undefined) this.contracts.push(this.contract);
    this.expiresAt = options.expiresAt;
  }

  /** All routes, compiled when one is first asked for after a change. */
  routes(stages: InnerStages): RouteTable {
    return (this.table ??= compile(this, stages));
  }

  handlersOf(event: Event): readonly Hook[] {
    return (this.lists[event] ??= [...this.family()].flatMap(({ hooks }) => hooks[event]));
  }

  errorHandlers(): readonly ErrorHandler<never>[] {
    return (this.lists.error ??= [...this.family()].flatMap((router) => router.ownErrorHandlers));
  }

  /** Why nothing can be reached from here, where that is so. Says it once. */
  unreachable(): Error | undefined {
    if (!this.servesApart || this.hubs.size > 0) return undefined;
    if (!this.warned.has(APART)) this.logger.error(APART);
    this.warned.add(APART);
    return new Error(APART);
  }

  /** Every hub that serves this router: its own, and those of the routers it is merged into. */
  servedBy(into: Set<Listener> = new Set()): Set<Listener> {
    this.unreachable();
    for (const hub of this.hubs) into.add(hub);
    for (const parent of this.parents) parent.servedBy(into);
    return into;
  }

  /** What becomes of a publish while nothing serves this router. */
  unserved(topic: string, type: string): "recorded" | "away" | "none" {
    if (isRecorded(this.families, topic, type)) return "recorded";
    const around = [...this.parents].map((parent) => parent.unserved(topic, type));
    if (this.engine !== undefined) around.push("away");
    return around.find((one) => one === "recorded") ?? around.find((one) => one === "away") ?? "none";
  }

  addRoute(route: Route): void {
    const { type } = route.message;
    if (this.own.has(type)) throw new Error(`This router already handles ${JSON.stringify(type)}`);
    this.own.set(type, route);
    try {
      this.verify(new Set([type]));
    } catch (error) {
      this.own.delete(type);
      throw error;
    }
    this.changed();
  }

  addMiddleware(message: AnyMessage | undefined, middleware: Middleware<never> & { extension?: Extension }): void {
    if (middleware.extension !== undefined) this.addExtension(middleware.extension);
    if (message === undefined) this.global.push(middleware);
    else {
      const list = this.typed.get(message.type);
      if (list === undefined) this.typed.set(message.type, [middleware]);
      else list.push(middleware);
    }
    this.changed();
  }

  addHook(event: Event, hook: Hook): void {
    this.hooks[event].push(hook);
    this.changed();
  }

  /** Tells of the link to the other nodes: the log, and who asked. */
  linkChanged(report: LinkReport, logger: Logger): void {
    tellLink(
      report,
      logger,
      [...this.family()].flatMap(({ onLink }) => onLink),
    );
  }

  /** @throws Error for a topic that is like another one, or comes too late. */
  addTopic(rule: TopicRule): void {
    this.topics.add(rule, this.served);
    this.changed();
  }

  topicRules(): readonly TopicRule[] {
    return (this.lists.rules ??= [...this.family()].flatMap(({ topics }) => topics.rules));
  }

  /** A listener has ended. */
  release(hub: Listener, presence: Presence | undefined): void {
    this.hubs.delete(hub);
    this.shared.release(presence, this.hubs.size === 0);
    if (this.hubs.size === 0) this.answers?.rest?.();
  }

  addErrorHandler(handler: ErrorHandler<never>): void {
    this.ownErrorHandlers.push(handler);
    this.changed();
  }

  /**
   * Takes in a listener.
   * @param apart It cannot be reached from here.
   * @throws Error for a contract that this router, or one merged into it, provides in part.
   */
  serve(hub: Listener, apart: boolean): void {
    for (const { contracts } of this.family()) for (const contract of contracts) checkProvided(this, contract);
    if (apart) this.servesApart = true;
    else this.hubs.add(hub);
  }

  get served(): boolean {
    return this.hubs.size > 0 || this.servesApart;
  }

  /** Whether it says who may connect, or one that is merged into it. */
  get authenticates(): boolean {
    return [...this.family()].some(({ authenticate }) => authenticate !== undefined);
  }

  /** The topics that it declares, and all that are merged into it. */
  get families(): AnyTopic[] {
    return [...this.family()].flatMap(({ topics }) => topics.families);
  }

  /** Those of this router and of all merged into it, each once. */
  extensions(): Extension[] {
    return [...new Set([...this.family()].flatMap((router) => router.ownExtensions))];
  }

  addExtension(extension: Extension): void {
    checkExtension(extension);
    if (this.ownExtensions.includes(extension)) return;
    this.ownExtensions.push(extension);
    try {
      this.verifyExtensions([extension]);
    } catch (error) {
      this.ownExtensions.pop();
      throw error;
    }
  }

  addChild(source: RouterCore, prefix: string, { onConflict = "throw" }: MergeOptions): void {
    checkMerge(this, source, onConflict);
    this.children.push({ source, prefix, onConflict });
    source.parents.add(this);
    try {
      this.verify(types(source, new Set(), prefix));
      this.verifyExtensions(source.extensions());
    } catch (error) {
      this.children.pop();
      if (!this.children.some((child) => child.source === source)) source.parents.delete(this);
      throw error;
    }
    this.changed();
  }

  /** This router and all that are merged into it, each once, parents first. */
  family(): Set<RouterCore> {
    return reached<RouterCore>(this, ({ children }) => children.map(({ source }) => source));
  }

  /** This router and all that it is merged into, each once. */
  around(): Set<RouterCore> {
    return reached<RouterCore>(this, ({ parents }) => parents);
  }

  /** Throws where two merged routers claim one of these types; warns, once, where this router shadows a merged one. */
  private verify(changed: ReadonlySet<string>): void {
    for (const type of changed) {
      const found = resolve(this, type);
      if (found === undefined || found.path.length > 1 || this.children.length === 0 || this.warned.has(type)) continue;
      const shadowed = this.children.some(
        ({ source, prefix }) => type.startsWith(prefix) && resolve(source, type.slice(prefix.length)) !== undefined,
      );
      if (shadowed) {
        this.warned.add(type);
        this.logger.warn(`The router's own handler of ${JSON.stringify(type)} shadows that of a router merged into it`);
      }
    }
    for (const parent of this.parents) {
      for (const { source, prefix } of parent.children) {
        if (source === this) parent.verify(new Set([...changed].map((type) => prefix + type)));
      }
    }
  }

  /** Throws where extensions that were added came too late, or are like others, here or in a router around this one. */
  private verifyExtensions(added: readonly Extension[]): void {
    if (added.length === 0) return;
    for (const router of this.around()) checkTogether(router.extensions(), router.served ? added : []);
  }

  /** What was compiled is out of date, here and in every router this one is merged into. */
  private changed(): void {
    this.table = undefined;
    this.lists = {};
    for (const parent of this.parents) parent.changed();
  }
}
