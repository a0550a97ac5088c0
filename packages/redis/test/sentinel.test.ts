import { RecordedNode, RecordedPeer } from "@ws-kit/conformance/engines/recorded-node";
import { type EngineServer, startRedis, startSentinel } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { EngineNode, Tick, until, wait } from "@ws-kit/conformance/engines/world";
import { redisEngine } from "@ws-kit/redis";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, it } from "vitest";

const SENTINELS = 3;
const BACK = ["up down up", "up down up"];

withServer("redis", "servers of which Sentinel says who is the primary, by ioredis", (path) => {
  let servers: readonly [EngineServer, EngineServer];
  let sentinels: readonly EngineServer[];
  beforeEach(async () => {
    servers = await Promise.all([startRedis(path, QUICKLY), startRedis(path, QUICKLY)]);
    const [{ port: primary }, { port: replica }] = servers;
    await asked(replica, ["REPLICAOF", "127.0.0.1", String(primary)]);
    sentinels = await Promise.all(Array.from({ length: SENTINELS }, () => startSentinel(path, primary, 2)));
    // They know of the replica, and of each other.
    for (const { port } of sentinels) {
      const isKnown = async (what: string, count: number): Promise<boolean> =>
        ((await asked(port, ["SENTINEL", what, "main"])) as unknown[]).length === count;
      while (!((await isKnown("REPLICAS", 1)) && (await isKnown("SENTINELS", SENTINELS - 1)))) await wait(100);
    }
  });
  afterEach(() => Promise.all([...sentinels, ...servers].map((server) => server.stop())));

  const engine = () => {
    const addresses = sentinels.map(({ port }) => ({ host: "127.0.0.1", port }));
    return redisEngine(new Redis({ sentinels: addresses, name: "main", lazyConnect: true }));
  };
  const primary = async (): Promise<unknown> =>
    asked(sentinels[0]?.port ?? 0, ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"]);
  const replaced = async (how: string): Promise<void> => {
    if (how === "is killed") await servers[0].kill();
    else expect(await asked(sentinels[0]?.port ?? 0, ["SENTINEL", "FAILOVER", "main"])).toBe("OK");
    while (String(await primary()) !== `127.0.0.1,${servers[1].port}`) await wait(50);
  };

  it.each(["is killed", "is told to let the other one"])(
    "bring topics by the next primary when one %s",
    async (how) => {
      const [from, to] = [new EngineNode(engine()), new EngineNode(engine())];
      try {
        await to.follow("room");
        await Promise.all([from.up(), to.up()]);
        await replaced(how);
        // The former one goes on for a while, and then says that it is a replica.
        await until(() => [from, to].every(({ reports }) => reports.length === 3));
        expect([from, to].map(({ reports }) => reports.map(({ state }) => state).join(" "))).toEqual(BACK);
        to.got.length = 0;
        for (let n = 0; n < 3; n++) void from.router.publish("room", Tick, { by: "a", n });
        await until(() => to.got.length === 3);
      } finally {
        await Promise.all([from.close(), to.close()]);
      }
    },
  );

  it("keep what the next primary had, and tell of a gap where it had not all", async () => {
    const nodes = [new RecordedNode(engine()), new RecordedNode(engine())] as const;
    const peer = new RecordedPeer("7");
    try {
      await Promise.all(nodes.map((node) => node.up()));
      await nodes[1].join(peer);
      const recorded: string[] = [];
      const say = async (text: string): Promise<void> => {
        const { ok } = await nodes[0].say("7", text, { ack: true, id: text });
        if (ok) recorded.push(text);
      };
      for (let n = 0; n < 20; n++) await say(`before ${n}`);
      await replaced("is killed");
      while (!recorded.includes("last")) await say("last");
      await until(() => peer.heard.includes("last"));
      expect(peer.wrong).toEqual([]);
      const isTold = peer.statuses.some((status) => status.startsWith("gap"));
      expect(isTold ? [] : recorded.filter((text) => !peer.heard.includes(text))).toEqual([]);
    } finally {
      await Promise.all(nodes.map((node) => node.close()));
    }
  });
});

/** What a replica is sent begins at once. */
const QUICKLY = ["--repl-diskless-sync-delay", "0"];

async function asked(port: number, [name = "", ...args]: readonly string[]): Promise<unknown> {
  const client = new Redis({ port });
  try {
    return await client.call(name, args);
  } finally {
    client.disconnect();
  }
}
