import type { Engine } from "@ws-kit/core/extend";
import { type ClusterKind, clusterParts } from "./cluster.ts";
import { type Dial, type Kind, RedisSession } from "./session.ts";
import { checkPrefix, clusterOf, dialOf, type RedisClusterSource, type RedisSource } from "./sources.ts";

export type { BunRedisOptions } from "./bun.ts";
export type { IoRedisClient, IoRedisCluster } from "./ioredis.ts";
export type { NodeRedisClient, NodeRedisCluster } from "./node-redis.ts";

export type { RedisClusterSource, RedisSource } from "./sources.ts";
export { redisAnswers } from "./answers.ts";
export type { RedisAnswers, RedisAnswersOptions } from "./answers.ts";
export { redisRateLimits } from "./rate-limits.ts";
export type { RedisRateLimits, RedisRateLimitsOptions } from "./rate-limits.ts";

const MAX_CLUSTER_SLOTS = 256;

export interface RedisEngineOptions {
  /**
   * Before every channel, so that several routers share one Redis. Default "ws-kit". Without colons and spaces.
   */
  prefix?: string | undefined;
  /**
   * For a cluster: over how many of its slots topics are spread, evenly. At least as many as it has masters, so that each
   * has its share; every process has two connections and a probe a second for each. Default 8, at most 256. The same in
   * all processes.
   */
  clusterSlots?: number | undefined;
}

/**
 * Carries what a router publishes to its other processes by Redis's pub/sub (Redis 6.2 or later, or Valkey).
 *
 * A client is never used itself: two connections are made with its settings (`duplicate()`), without a queue and without a
 * reconnect of the library's own, since only then is it known when a topic is followed. Several servers share the topics
 * by rendezvous hash: one that is away concerns its own topics only. A client of a cluster is used for its sharded pub/sub
 * (Redis 7.0 or later): topics lie in a few slots, and each slot is followed to where it moves.
 *
 * Where Sentinel says which server is the primary, the client is ioredis's, `new Redis({ sentinels, name })`.
 *
 * @throws TypeError for what is no such client or has no sharded pub/sub for its cluster, for a prefix with a colon or a
 * space, and for `clusterSlots` out of range or without a cluster.
 * @throws Error for `{ url }` anywhere but on Bun.
 * @example
 * import { createClient } from "redis";
 * const router = createRouter({ engine: redisEngine(createClient({ url: process.env.REDIS_URL })) });
 * @example
 * const router = createRouter({ engine: redisEngine({ url: "redis://localhost:6379" }) }); // Bun's own client
 * @example
 * const router = createRouter({ engine: redisEngine(createCluster({ rootNodes: [{ url: "redis://10.0.0.1:6379" }] })) });
 */
export function redisEngine(
  source: RedisSource | RedisClusterSource | readonly RedisSource[],
  { prefix = "ws-kit", clusterSlots }: RedisEngineOptions = {},
): Engine {
  checkPrefix(prefix);
  const cluster = clusterOf(source);
  if (cluster !== undefined) return clusterEngine(cluster, prefix, clusterSlots ?? 8);
  if (clusterSlots !== undefined) throw new TypeError("clusterSlots is for a client of a cluster");
  const sources = Array.isArray(source) ? (source as readonly RedisSource[]) : [source as RedisSource];
  if (sources.length === 0) throw new TypeError("redisEngine needs a server");
  const dials = sources.map((each) => dialOf(each, "redisEngine"));
  const [dial] = dials;
  if (dial !== undefined && dials.length === 1) return engineOf("redis", dial, prefix);
  return { name: "redis", shards: dials.map((each, i) => engineOf(`redis[${i}]`, each, prefix)), connect: unreachable };
}

function clusterEngine(kind: ClusterKind, prefix: string, slots: number): Engine {
  if (!Number.isInteger(slots) || slots < 1 || slots > MAX_CLUSTER_SLOTS) {
    throw new TypeError(`clusterSlots is a whole number from 1 to ${MAX_CLUSTER_SLOTS}, not ${slots}`);
  }
  const parts = clusterParts(kind, slots);
  const shards = parts.map(({ tag, dial }, i) => engineOf(`redis[${i}]`, dial, `{${tag}}${prefix}`, "sharded"));
  return { name: "redis", shards, connect: unreachable };
}

function engineOf(name: string, dial: Dial, prefix: string, kind: Kind = "plain"): Engine {
  return { name, records: true, members: true, connect: (node) => new RedisSession(dial, node, prefix, kind) };
}

function unreachable(): never {
  throw new Error("An engine of several servers is connected to by its shards");
}
