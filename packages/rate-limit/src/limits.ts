import type { Extension, Middleware, MiddlewareContext } from "@ws-kit/core/extend";
import { clockOf } from "@ws-kit/core/extend";
import { Limiter, type Wait } from "./limiter.ts";
import { type FrameLimitOptions, type MessageLimitOptions, resolve } from "./options.ts";

/** Milliseconds after which to try again where nobody can say. */
const UNKNOWN_WAIT_MS = 1_000;

/** Has its listeners keep addresses. */
const addresses: Extension = {
  name: "rate-limit: addresses",
  setup({ keepAddresses }) {
    keepAddresses();
    return {};
  },
};

function refusal(wait: Wait, message: string) {
  return wait === "unavailable"
    ? ({ error: "UNAVAILABLE", message: "The limit cannot be asked", retryAfterMs: UNKNOWN_WAIT_MS } as const)
    : ({ error: "RESOURCE_EXHAUSTED", message, retryAfterMs: Math.ceil(wait) } as const);
}

/**
 * Middleware that lets so many messages through and answers others with RESOURCE_EXHAUSTED and `retryAfterMs`, after which a
 * client's request tries again by itself. For all messages (`router.use(limit)`) or for one (`router.use(Say, limit)`).
 *
 * @throws TypeError for options that do not exist or do not go together; RangeError for a figure out of range.
 * @example
 * router.use(rateLimit({ limit: 20, perMs: 10_000, by: "user" }));
 * @example
 * router.use(Ask, rateLimit({ limit: 100, perMs: 86_400_000, by: (ctx) => ctx.data.account, name: "ask", store }));
 */
export function rateLimit<Data>(options: MessageLimitOptions<Data>): Middleware<MiddlewareContext<Data>> {
  const resolved = resolve("rateLimit()", options);
  const { by, message } = resolved;
  const limiter = new Limiter(resolved);
  const refuse = (ctx: MiddlewareContext<Data>, wait: Wait): void => {
    const { error, message: text, retryAfterMs } = refusal(wait, message);
    ctx.error(error, text, undefined, { retryAfterMs });
  };
  const middleware: Middleware<MiddlewareContext<Data>> = (ctx, next) => {
    const wait = limiter.take(ctx, clockOf(ctx));
    if (wait === 0) return next();
    if (typeof wait !== "object") return refuse(ctx, wait);
    return wait.then((told) => (told === 0 ? next() : refuse(ctx, told)));
  };
  return needsAddresses(by) ? Object.assign(middleware, { extension: addresses }) : middleware;
}

/**
 * A gate that lets so many frames through before anything of them is decoded, and answers others with RESOURCE_EXHAUSTED
 * and `retryAfterMs`. Where it has a store, that is told of each frame and not waited for: what it refuses is refused from the
 * next frame on.
 *
 * @throws TypeError for options that do not exist or do not go together, and for `by: "type"`, which no frame has before
 * it is decoded; RangeError for a figure out of range.
 * @example
 * router.extend(rateLimitGate({ limit: 50, perMs: 1_000, burst: 100 }));
 */
export function rateLimitGate(options: FrameLimitOptions): Extension {
  const resolved = resolve("rateLimitGate()", options);
  const { by, message, name = "rate-limit" } = resolved;
  if (typeof by !== "function" && by.includes("type")) {
    throw new TypeError(
      'rateLimitGate(): before a frame is decoded it has no type; for by: "type" there is rateLimit()',
    );
  }
  const limiter = new Limiter(resolved);
  return {
    name,
    setup({ clock, logger, keepAddresses }) {
      if (needsAddresses(by)) keepAddresses();
      return {
        gate(connection) {
          const wait = limiter.take(connection, clock);
          if (wait === 0) return undefined;
          if (typeof wait !== "object") return refusal(wait, message);
          wait.catch((error: unknown) => logger.error(`The store of the limit ${JSON.stringify(name)} failed`, error));
          return undefined;
        },
      };
    },
  };
}

function needsAddresses(by: unknown): boolean {
  return Array.isArray(by) && by.includes("address");
}
