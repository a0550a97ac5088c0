import { checkOptions, type ExtensionConnection, type MaybePromise, type MiddlewareContext } from "@ws-kit/core/extend";
import type { Rate } from "./bucket.ts";

/** Keeps what several processes count together, as `redisRateLimits` of `@ws-kit/redis` does. */
export interface RateLimitStore {
  /**
   * Takes one from the bucket of a key. Asked only for what the bucket of this process lets through, which is of the same
   * size.
   * @returns the milliseconds until there is one, 0 where it was taken; `"local"` where it cannot be asked and this
   *   process decides for itself; `"unavailable"` where it cannot, and nobody is let through meanwhile.
   */
  take(key: string, rate: Rate): MaybePromise<number | "local" | "unavailable">;
}

/**
 * Who shares a limit: each connection, each user (`identify` of the router), each address, each type of message. Several
 * are taken together: `["user", "type"]` is each user's for each type.
 */
export type RateLimitKey = "connection" | "user" | "address" | "type";

export interface RateLimitOptions<Subject, Key extends RateLimitKey = RateLimitKey> {
  /** How many messages: a whole number from 1. */
  limit: number;
  /** In how many milliseconds. */
  perMs: number;
  /**
   * How many may come at once after a pause. Default: `limit`. They come back one at a time, each `perMs / limit`
   * milliseconds: 1 spaces messages evenly.
   */
  burst?: number | undefined;
  /**
   * Who shares it, or a function that says so; what it gives undefined for is not limited. Who is nobody by `"user"`, or
   * has no known address, has a limit of its own connection. Default "connection".
   */
  by?: Key | readonly Key[] | ((subject: Subject) => string | undefined) | undefined;
  /** For how many keys this process keeps count, some 100 bytes each; connections by themselves do not count. Default 100,000. */
  maxKeys?: number | undefined;
  /** What several processes count together. Left out: each counts for itself. Needs a `name`. */
  store?: RateLimitStore | undefined;
  /** What tells this limit from others in the store; of a gate, its name as an extension (default "rate-limit"). */
  name?: string | undefined;
  /** What the refusal says. Default "Too many messages". */
  message?: string | undefined;
}

/** Of middleware: `by` is asked with the message's context. */
export type MessageLimitOptions<Data> = RateLimitOptions<MiddlewareContext<Data>> & Named;

/** What a store counts needs a name, the same in every process. */
type Named = { store?: undefined } | { store: RateLimitStore; name: string };

/** Of a gate: `by` is asked with the connection. */
export type FrameLimitOptions = RateLimitOptions<ExtensionConnection, Exclude<RateLimitKey, "type">> & Named;

export interface Resolved<Subject> {
  readonly rate: Rate;
  readonly by: readonly RateLimitKey[] | ((subject: Subject) => string | undefined);
  readonly maxKeys: number;
  readonly store: RateLimitStore | undefined;
  readonly name: string | undefined;
  readonly message: string;
}

const KEYS: readonly unknown[] = ["connection", "user", "address", "type"] satisfies RateLimitKey[];

/** @throws TypeError for options that do not exist, are of another kind or do not go together; RangeError for a figure. */
export function resolve<Subject>(where: string, options: RateLimitOptions<Subject>): Resolved<Subject> {
  checkOptions(where, options ?? null, {
    limit: "any",
    perMs: "any",
    burst: "any",
    by: "any",
    maxKeys: "any",
    store: "object",
    name: "string",
    message: "string",
  });
  const { limit, perMs, burst = limit, by = "connection", maxKeys = 100_000, store, name } = options;
  for (const [what, figure] of Object.entries({ limit, burst, maxKeys })) {
    if (!Number.isSafeInteger(figure) || figure < 1) {
      throw new RangeError(`${where}: ${what} is a whole number from 1, not ${String(figure)}`);
    }
  }
  if (!Number.isFinite(perMs) || perMs <= 0) {
    throw new RangeError(`${where}: perMs is a number of milliseconds above 0, not ${String(perMs)}`);
  }
  const keys = typeof by === "function" ? by : typeof by === "string" ? [by] : by;
  if (typeof keys !== "function") checkKeys(where, keys);
  if (store !== undefined) {
    if (typeof store.take !== "function") throw new TypeError(`${where}: store has no take()`);
    if (name === undefined || name === "") {
      throw new TypeError(`${where}: a store needs a name for this limit, the same in every process`);
    }
    if (typeof keys !== "function" && keys.includes("connection")) {
      throw new TypeError(`${where}: a connection is on one process, and no store has to count it`);
    }
  }
  const rate = { intervalMs: perMs / limit, burst };
  return { rate, by: keys, maxKeys, store, name, message: options.message ?? "Too many messages" };
}

function checkKeys(where: string, keys: readonly unknown[]): void {
  if (Array.isArray(keys) && keys.length > 0 && keys.every((key) => KEYS.includes(key))) return;
  const list = KEYS.map((key) => JSON.stringify(key)).join(", ");
  throw new TypeError(`${where}: by is one of ${list}, a list of them, or a function`);
}
