import { redisEngine, type RedisSource } from "@ws-kit/redis";
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster, createClientPool, createSentinel } from "redis";
import { describe, expect, it } from "vitest";

const rootNodes = [{ url: "redis://127.0.0.1:1" }];
const cluster = () => createCluster({ rootNodes });

describe("what redisEngine takes", () => {
  it("one server, several, and a cluster as several", () => {
    expect(redisEngine(createClient()).shards).toBeUndefined();
    expect(redisEngine(new Redis({ lazyConnect: true })).shards).toBeUndefined();
    const names = (count: number) => Array.from({ length: count }, (_, i) => `redis[${i}]`);
    expect(redisEngine([createClient(), createClient()]).shards?.map(({ name }) => name)).toEqual(names(2));
    expect(redisEngine(cluster()).shards?.map(({ name }) => name)).toEqual(names(8));
    const nodes = new Cluster([{ port: 1 }], { lazyConnect: true });
    expect(redisEngine(nodes, { clusterSlots: 256 }).shards?.map(({ name }) => name)).toEqual(names(256));
  });

  it("a cluster's client without sharded pub/sub is refused with what it lacks", () => {
    const old = { slots: [], nodeClient: async () => {}, duplicate: () => {} };
    expect(() => redisEngine(old)).toThrow(/sharded pub\/sub \(sSubscribe\)/);
    const oldIo = { slots: [], nodes: () => [], duplicate: () => {}, status: "wait" };
    expect(() => redisEngine(oldIo)).toThrow(/sharded pub\/sub \(ssubscribe\)/);
  });

  it.each([createClientPool(), {}, null, "redis://localhost"])("anything else is refused: %#", (source) => {
    expect(() => redisEngine(source as unknown as RedisSource)).toThrow(/redisEngine takes a client of the package/);
  });

  it("node-redis's client of Sentinel is refused with the one that is taken", () => {
    const sentinel = createSentinel({ name: "main", sentinelRootNodes: [] }) as unknown as RedisSource;
    expect(() => redisEngine(sentinel)).toThrow(/of ioredis, new Redis\(\{ sentinels, name \}\)/);
    expect(redisEngine(new Redis({ sentinels: [{ port: 1 }], name: "main", lazyConnect: true })).name).toBe("redis");
  });

  it.each([0, 1.5, 257, Number.NaN])("%d slots of a cluster are refused", (clusterSlots) => {
    expect(() => redisEngine(cluster(), { clusterSlots })).toThrow(/whole number from 1 to 256/);
  });

  it("slots of what is no cluster, a cluster among servers, and a prefix that could spell another are refused", () => {
    expect(() => redisEngine(createClient(), { clusterSlots: 8 })).toThrow(/for a client of a cluster/);
    expect(() => redisEngine([cluster() as unknown as RedisSource])).toThrow(/redisEngine takes a client/);
    expect(() => redisEngine(cluster(), { prefix: "a:b" })).toThrow(/without colons/);
  });
});
