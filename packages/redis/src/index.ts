import type { Engine } from "@ws-kit/core/extend";
import { type BunRedisOptions, dialBun } from "./bun.ts";
import { dialIoRedis, type IoRedisClient, isIoRedis } from "./ioredis.ts";
import { dialNodeRedis, isNodeRedis, type NodeRedisClient } from "./node-redis.ts";
import { type Dial, RedisSession } from "./session.ts";

export type { BunRedisOptions } from "./bun.ts";
export type { IoRedisClient } from "./ioredis.ts";
export type { NodeRedisClient } from "./node-redis.ts";

/** A client of node-redis or ioredis, open or not, that stays the application's; or a URL for Bun's own client. */
export type RedisSource = NodeRedisClient | IoRedisClient | BunRedisOptions;

export interface RedisEngineOptions {
  /**
   * Before every channel, so that several routers share one Redis. Default "ws-kit". Without colons and spaces.
   */
  prefix?: string;
}

/**
 * Carries what a router publishes to its other processes by Redis's pub/sub (Redis 6.2 or later, or Valkey).
 *
 * A client is never used itself: two connections are made with its settings (`duplicate()`), without a queue and without a
 * reconnect of the library's own, since only then is it known when a topic is followed. Several servers share the topics
 * by rendezvous hash: one that is away concerns its own topics only.
 *
 * @throws TypeError for what is no such client, and for a prefix with a colon or a space.
 * @throws Error for `{ url }` anywhere but on Bun.
 * @example
 * import { createClient } from "redis";
 * const router = createRouter({ engine: redisEngine(createClient({ url: process.env.REDIS_URL })) });
 * @example
 * const router = createRouter({ engine: redisEngine({ url: "redis://localhost:6379" }) }); // Bun's own client
 */
export function redisEngine(
  source: RedisSource | readonly RedisSource[],
  { prefix = "ws-kit" }: RedisEngineOptions = {},
): Engine {
  if (prefix === "" || /[:\s]/.test(prefix)) {
    throw new TypeError(`A prefix is a string without colons and spaces, not ${JSON.stringify(prefix)}`);
  }
  const sources = Array.isArray(source) ? (source as readonly RedisSource[]) : [source as RedisSource];
  if (sources.length === 0) throw new TypeError("redisEngine needs a server");
  const engines = sources.map((each, i) => {
    const dial = dialOf(each);
    return engineOf(sources.length === 1 ? "redis" : `redis[${i}]`, dial, prefix);
  });
  const [engine] = engines;
  return engine !== undefined && engines.length === 1
    ? engine
    : { name: "redis", shards: engines, connect: unreachable };
}

function engineOf(name: string, dial: Dial, prefix: string): Engine {
  return { name, connect: (node) => new RedisSession(dial, node, prefix) };
}

function unreachable(): never {
  throw new Error("An engine of several servers is connected to by its shards");
}

function dialOf(source: RedisSource): Dial {
  if (typeof source === "object" && source !== null) {
    if (isNodeRedis(source)) return dialNodeRedis(source);
    if (isIoRedis(source)) return dialIoRedis(source);
    if ("url" in source && typeof source.url === "string") return dialBun(source);
  }
  throw new TypeError(
    'redisEngine takes a client of the package "redis" (createClient()) or "ioredis" (new Redis()), or on Bun { url: "redis://…" }',
  );
}
