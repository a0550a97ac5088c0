import { checkOptions } from "@ws-kit/core/extend";
import { Commands } from "./commands.ts";
import { TAKE } from "./scripts.ts";
import { checkPrefix, type RedisClusterSource, type RedisSource } from "./sources.ts";

export interface RedisRateLimitsOptions {
  /** Before every key: `<prefix>~l:…`. Default "ws-kit". Without colons and spaces. */
  prefix?: string | undefined;
  /**
   * While Redis cannot be asked: `local`: each process decides for itself, with as large a bucket; `deny`: nobody is let
   * through, and is answered UNAVAILABLE. Default "local".
   */
  onUnavailable?: "local" | "deny" | undefined;
  /** For how long an answer is waited for; who did not answer is not asked again for a second. Default 500. */
  timeoutMs?: number | undefined;
}

/** A store for `@ws-kit/rate-limit`. */
export interface RedisRateLimits {
  take(
    key: string,
    rate: { readonly intervalMs: number; readonly burst: number },
  ): Promise<number | "local" | "unavailable"> | "local" | "unavailable";
  /** Ends its connections. */
  close(): void;
}

/**
 * Counts the limits of `@ws-kit/rate-limit` for several processes together, by one script call for each message that the
 * process itself would let through. By a connection of its own with the client's settings (`duplicate()`); the client itself is
 * not used.
 *
 * @throws TypeError for what is no client and for options that do not exist; RangeError for a time out of range; Error for
 * `{ url }` anywhere but on Bun.
 * @example
 * const store = redisRateLimits(createClient({ url: process.env.REDIS_URL }));
 * router.use(rateLimit({ limit: 20, perMs: 10_000, by: "user", name: "messages", store }));
 */
export function redisRateLimits(
  source: RedisSource | RedisClusterSource | readonly RedisSource[],
  options: RedisRateLimitsOptions = {},
): RedisRateLimits {
  checkOptions("redisRateLimits()", options, { prefix: "string", onUnavailable: "string", timeoutMs: "any" });
  const { prefix = "ws-kit", onUnavailable = "local", timeoutMs = 500 } = options;
  checkPrefix(prefix);
  if (onUnavailable !== "local" && onUnavailable !== "deny") {
    throw new TypeError(`redisRateLimits(): onUnavailable is "local" or "deny", not ${JSON.stringify(onUnavailable)}`);
  }
  checkTimeout("redisRateLimits()", timeoutMs);
  const commands = new Commands(source, "redisRateLimits", timeoutMs);
  const unavailable = onUnavailable === "local" ? "local" : "unavailable";
  return {
    take(key, { intervalMs, burst }) {
      const server = commands.serverOf(key);
      if (server.isAway) return unavailable;
      return server.run(TAKE, `${prefix}~l:${key}`, [String(intervalMs), String(burst)]).then(
        (reply) => Number(reply),
        () => unavailable,
      );
    },
    close: () => commands.close(),
  };
}

/** @throws RangeError for what no timer takes. */
export function checkTimeout(where: string, timeoutMs: number): void {
  if (typeof timeoutMs === "number" && timeoutMs >= 1 && timeoutMs <= 60_000) return;
  throw new RangeError(`${where}: timeoutMs is a number of milliseconds from 1 to 60,000, not ${String(timeoutMs)}`);
}
