import { type BunRedisOptions, dialBun } from "./bun.ts";
import type { ClusterKind } from "./cluster.ts";
import {
  dialIoRedis,
  type IoRedisClient,
  type IoRedisCluster,
  ioRedisClusterKind,
  isIoRedis,
  isIoRedisCluster,
} from "./ioredis.ts";
import {
  dialNodeRedis,
  isNodeRedis,
  isNodeRedisCluster,
  type NodeRedisClient,
  type NodeRedisCluster,
  nodeRedisClusterKind,
} from "./node-redis.ts";
import type { Dial } from "./session.ts";

/**
 * A client of node-redis or ioredis, open or not, that stays the application's; or a URL for Bun's own client. Of Sentinel that of
 * ioredis, `new Redis({ sentinels, name })`: it finds the primary anew whenever one has replaced another.
 */
export type RedisSource = NodeRedisClient | IoRedisClient | BunRedisOptions;

/** A client of a Redis Cluster, open or not, that stays the application's. */
export type RedisClusterSource = NodeRedisCluster | IoRedisCluster;

/** @throws TypeError for one without sharded pub/sub. */
export function clusterOf(source: object): ClusterKind | undefined {
  if (typeof source !== "object" || source === null) return undefined;
  if (isNodeRedisCluster(source)) return nodeRedisClusterKind(source);
  return isIoRedisCluster(source) ? ioRedisClusterKind(source) : undefined;
}

/** @throws TypeError for what is no client, or node-redis's of Sentinel; Error for `{ url }` anywhere but on Bun. */
export function dialOf(source: RedisSource, by: string): Dial {
  if (typeof source === "object" && source !== null) {
    if (isNodeRedis(source)) return dialNodeRedis(source);
    if (isIoRedis(source)) return dialIoRedis(source);
    if ("url" in source && typeof source.url === "string") return dialBun(source);
    if ("getSentinelNode" in source) {
      throw new TypeError(
        `${by} takes a client of Sentinel of ioredis, new Redis({ sentinels, name }): node-redis's does not tell what it connects to servers with`,
      );
    }
  }
  throw new TypeError(
    `${by} takes a client of the package "redis" (createClient(), createCluster()) or "ioredis" (new Redis(), new Cluster()), or on Bun { url: "redis://…" }`,
  );
}

/** @throws TypeError for one with a colon or a space, or none. */
export function checkPrefix(prefix: string): void {
  if (prefix === "" || /[:\s]/.test(prefix)) {
    throw new TypeError(`A prefix is a string without colons and spaces, not ${JSON.stringify(prefix)}`);
  }
}
