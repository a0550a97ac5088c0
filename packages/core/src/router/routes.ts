import type { ErrorHandler, Middleware } from "../api/handlers.ts";
import type { MergeOptions, RouteOptions } from "../api/options.ts";
import type { AnyMessage, AnyRpc } from "../message/message.ts";
import { validatorsOf } from "../message/validators.ts";
import type { CompiledRoute, RouteTable, Stage } from "../state/route.ts";
import { stagesOf } from "./chain.ts";

/** What `on()` or `rpc()` registered. */
export interface Route {
  readonly message: AnyMessage;
  readonly kind: "on" | "rpc";
  readonly handler: (ctx: never) => unknown;
  readonly options: RouteOptions;
}

/** One router's own registrations, and the routers merged into it. */
export interface RouteSource {
  readonly own: ReadonlyMap<string, Route>;
  readonly global: readonly Middleware<never>[];
  readonly typed: ReadonlyMap<string, readonly Middleware<never>[]>;
  readonly ownErrorHandlers: readonly ErrorHandler<never>[];
  readonly children: readonly Child[];
}

export interface Child {
  readonly source: RouteSource;
  readonly prefix: string;
  readonly onConflict: NonNullable<MergeOptions["onConflict"]>;
}

/** What runs a route once its middleware has called through; handed in by the hub. */
export interface InnerStages {
  readonly validate: Stage;
  readonly enter: Stage;
}

/** A router on the way to a route, and what the message is called there. */
interface Step {
  readonly source: RouteSource;
  readonly type: string;
}

interface Found {
  readonly route: Route;
  /** From the outermost router to the one that owns the route. */
  readonly path: readonly Step[];
}

/** Which route serves a type, seen from `source`. Throws where two merged routers both claim it. */
export function resolve(source: RouteSource, type: string): Found | undefined {
  const own = source.own.get(type);
  if (own !== undefined) return { route: own, path: [{ source, type }] };
  let found: Found | undefined;
  for (const { source: child, prefix, onConflict } of source.children) {
    if (!type.startsWith(prefix)) continue;
    const inner = resolve(child, type.slice(prefix.length));
    if (inner !== undefined && wins(type, inner, found, onConflict))
      found = { route: inner.route, path: [{ source, type }, ...inner.path] };
  }
  return found;
}

/** As `resolve` for every type, in one go through all routers. */
function resolveAll(source: RouteSource): Map<string, Found> {
  const all = new Map<string, Found>();
  for (const { source: child, prefix, onConflict } of source.children) {
    for (const [type, inner] of resolveAll(child)) {
      const whole = prefix + type;
      if (!source.own.has(whole) && wins(whole, inner, all.get(whole), onConflict))
        all.set(whole, { route: inner.route, path: [{ source, type: whole }, ...inner.path] });
    }
  }
  for (const [type, route] of source.own) all.set(type, { route, path: [{ source, type }] });
  return all;
}

/** Whether a merged router's route stands in place of that of one merged before it. */
function wins(type: string, inner: Found, before: Found | undefined, onConflict: Child["onConflict"]): boolean {
  if (before === undefined || isSame(inner, before) || onConflict === "replace") return true;
  if (onConflict === "skip") return false;
  throw new Error(
    `Two merged routers handle ${JSON.stringify(type)}; merge one with { onConflict: "replace" } or "skip" to choose`,
  );
}

/** Whether it is the same handler, by way of the same routers: others have other middleware. */
function isSame({ route, path }: Found, before: Found): boolean {
  const way = before.path.slice(1);
  return (
    route === before.route && path.length === way.length && path.every(({ source }, i) => source === way[i]?.source)
  );
}

/** Every type that `source` serves. */
export function types(source: RouteSource, into: Set<string> = new Set(), prefix = ""): Set<string> {
  for (const type of source.own.keys()) into.add(prefix + type);
  for (const child of source.children) types(child.source, into, prefix + child.prefix);
  return into;
}

/** One message that a router handles. */
export interface RoutedMessage {
  /** As it travels: the prefixes of mounts applied. */
  readonly type: string;
  readonly kind: "on" | "rpc";
  /** As it was passed to `on()` or `rpc()`. */
  readonly definition: AnyMessage;
}

export function messagesOf(source: RouteSource): RoutedMessage[] {
  const all = resolveAll(source);
  return [...types(source)].flatMap((type) => {
    const found = all.get(type);
    return found === undefined ? [] : [{ type, kind: found.route.kind, definition: found.route.message }];
  });
}

/** Compiles all routes of a router for the hubs that it serves. */
export function compile(source: RouteSource, stages: InnerStages): RouteTable {
  const table = Object.create(null) as Record<string, CompiledRoute>;
  for (const [type, found] of resolveAll(source)) table[type] = compileRoute(found, stages);
  return table;
}

function compileRoute({ route, path }: Found, stages: InnerStages): CompiledRoute {
  const { message, kind, handler, options } = route;
  const global = path.flatMap(({ source }) => source.global);
  const typed = path.flatMap(({ source, type }) => source.typed.get(type) ?? []);
  const { payload, meta } = validatorsOf(message);
  return {
    message,
    payload,
    meta,
    unfinished: 0,
    isRpc: kind === "rpc",
    streams: (message as Partial<AnyRpc>).stream !== undefined,
    concurrent: options.concurrent === true,
    handler,
    errorHandlers: [...new Set(path.flatMap(({ source }) => source.ownErrorHandlers).toReversed())],
    outer: stagesOf(global, stages.validate),
    typed: stagesOf(typed, stages.enter),
  };
}
