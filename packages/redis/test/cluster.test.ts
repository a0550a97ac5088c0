import { returned } from "@ws-kit/conformance/engines/recorded";
import { RecordedNode } from "@ws-kit/conformance/engines/recorded-node";
import { RETURNED } from "@ws-kit/conformance/engines/recorded-suite";
import { EngineNode, Tick, until, wait } from "@ws-kit/conformance/engines/world";
import { withServer } from "@ws-kit/conformance/engines/suites";
import type { Engine } from "@ws-kit/core/extend";
import { redisEngine } from "@ws-kit/redis";
import { Cluster } from "ioredis";
import { createCluster } from "redis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { hashTags, slotOf } from "../src/slots.ts";
import { ask, RedisCluster } from "./redis-cluster.ts";

const SLOTS = 8;
const TOPIC = "room {0}:é";
/** Enough that each slot has some. */
const TOPICS = Array.from({ length: 40 }, (_, i) => `room {${i}}:é`);

const CLIENTS: readonly [name: string, make: (ports: readonly number[]) => Engine][] = [
  [
    "node-redis",
    (ports) => redisEngine(createCluster({ rootNodes: ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) })),
  ],
  [
    "ioredis",
    (ports) => {
      const nodes = ports.map((port) => ({ port, host: "127.0.0.1" }));
      return redisEngine(new Cluster(nodes, { lazyConnect: true }));
    },
  ],
];

withServer("redis", "a Redis Cluster of three", (path) => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start(path);
  });
  afterAll(() => cluster.stop());

  it("has the slots that the engine calculates", async () => {
    const texts = ["123456789", "foo", "0", "user1000", ...hashTags(SLOTS).map(({ tag }) => tag)];
    const slots = await Promise.all(texts.map((text) => ask(cluster.first.port, "CLUSTER", "KEYSLOT", text)));
    expect(slots).toEqual(texts.map(slotOf));
  });

  describe.each(CLIENTS)("by %s", (client, makeEngine) => {
    const makeNodes = async (): Promise<[EngineNode, EngineNode]> => {
      const ports = cluster.servers.map(({ port }) => port);
      const nodes = [0, 1].map(() => new EngineNode(makeEngine(ports)));
      onTestFinished(async () => void (await Promise.all(nodes.map((node) => node.close()))));
      const [here, there] = nodes as [EngineNode, EngineNode];
      await there.follow(...TOPICS);
      await Promise.all([here.up(), there.up()]);
      return [here, there];
    };
    it("keeps recorded topics, each with its keys in one slot", async () => {
      const ports = cluster.servers.map(({ port }) => port);
      const nodes = [new RecordedNode(makeEngine(ports)), new RecordedNode(makeEngine(ports))] as const;
      onTestFinished(async () => void (await Promise.all(nodes.map((node) => node.close()))));
      await Promise.all(nodes.map((node) => node.up()));
      const rooms = Array.from({ length: 10 }, (_, i) => `of ${client} ${i}}`);
      expect(await Promise.all(rooms.map((room) => returned(nodes, room)))).toEqual(rooms.map(() => RETURNED));
      const again = await nodes[0].say(rooms[0] as string, "6", { ack: true, id: "six" });
      expect(await nodes[1].say(rooms[0] as string, "6", { ack: true, id: "six" })).toEqual({
        ...again,
        matched: 0,
        duplicate: true,
      });
    });

    let n = 0;
    /** Topics whose followers on the other node heard of a publish on this one. */
    const reached = async (here: EngineNode, there: EngineNode): Promise<number> => {
      const [by, before] = [String(n++), there.got.length];
      for (const [i, topic] of TOPICS.entries()) await here.router.publish(topic, Tick, { by, n: i });
      const got = (): string[] => there.got.slice(before).filter((tick) => tick.startsWith(`${by}:`));
      await until(() => got().length === TOPICS.length, 500).catch(() => {});
      return new Set(got()).size;
    };
    const allReached = async (here: EngineNode, there: EngineNode): Promise<void> => {
      const end = Date.now() + 20_000;
      while ((await reached(here, there)) < TOPICS.length) if (Date.now() > end) throw new Error("Not all are reached");
    };

    it("carries by sharded pub/sub, with its share on each master", async () => {
      const [here, there] = await makeNodes();
      expect(await reached(here, there)).toBe(TOPICS.length);
      for (const { port } of cluster.servers) {
        expect(await ask(port, "PUBSUB", "CHANNELS")).toEqual([]);
        expect(await ask(port, "PUBSUB", "SHARDCHANNELS", "*ws-kit:room*")).not.toEqual([]);
      }
      for (let i = 0; i < 500; i++) void here.router.publish(TOPIC, Tick, { by: "burst", n: i });
      const burst = (): string[] => there.got.filter((tick) => tick.startsWith("burst"));
      await until(() => burst().length === 500);
      expect(burst()).toEqual(Array.from({ length: 500 }, (_, i) => `burst:${i}`));
    });

    it("follows a slot that moves, and leaves the others alone", async () => {
      const [here, there] = await makeNodes();
      const [, , , { tag, slot } = { tag: "", slot: -1 }] = hashTags(SLOTS);
      const to = await cluster.move(slot);
      await until(() => there.reports.some(({ state }) => state === "down"));
      await allReached(here, there);
      const down = [...here.reports, ...there.reports].filter(({ state }) => state === "down");
      expect([...new Set(down.map(({ engine }) => engine))]).toEqual(["redis[3]"]);
      expect(await ask(to.port, "PUBSUB", "SHARDCHANNELS", `{${tag}}*`)).not.toEqual([]);
      expect(new Set(there.got).size).toBe(there.got.length);
    });

    it("loses a server and has it back: the topics of the others are carried all the while", async () => {
      const [here, there] = await makeNodes();
      const victim = cluster.first;
      await victim.kill();
      await until(() => here.cluster.state === "down" && there.cluster.state === "down");
      await wait(1_500);
      const meanwhile = await reached(here, there);
      expect(meanwhile).toBeGreaterThan(0);
      expect(meanwhile).toBeLessThan(TOPICS.length);
      await victim.restart();
      await cluster.settled(cluster.servers);
      await Promise.all([here.up(), there.up()]);
      expect(await reached(here, there)).toBe(TOPICS.length);
      expect(new Set(there.got).size).toBe(there.got.length);
      const names = new Set(there.reports.filter(({ state }) => state === "down").map(({ engine }) => engine));
      expect(names.size).toBeLessThan(SLOTS);
    });

    it("waits for no cluster that is down as a whole, and says why it is", async () => {
      const [here, there] = await makeNodes();
      const victim = cluster.first;
      await cluster.requireAll("yes");
      try {
        await victim.kill();
        await until(() => here.cluster.state === "down" && there.cluster.state === "down");
        // What a look at the cluster is given, and more.
        await wait(6_000);
        const lines = [...here.lines, ...there.lines];
        expect(lines.filter((line) => line.includes("did not say in time"))).toEqual([]);
        expect(lines.join()).toMatch(/CLUSTERDOWN|ECONNREFUSED/);
      } finally {
        await victim.restart();
        await cluster.requireAll("no");
      }
      await cluster.settled(cluster.servers);
      await allReached(here, there);
    });
  });
});
