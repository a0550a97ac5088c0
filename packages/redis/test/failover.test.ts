import { RecordedNode, RecordedPeer } from "@ws-kit/conformance/engines/recorded-node";
import { type EngineServer, startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { until, wait } from "@ws-kit/conformance/engines/world";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, it } from "vitest";
import { engineBy } from "./clients.ts";

const ROOM = "7";

withServer("redis", "recorded topics of a primary and its replica", (path) => {
  let servers: readonly [EngineServer, EngineServer];
  let admins: readonly [Redis, Redis];
  beforeEach(async () => {
    servers = await Promise.all([startRedis(path, QUICKLY), startRedis(path, QUICKLY)]);
    const [one, other] = servers.map(({ port }) => new Redis({ port }));
    admins = [one as Redis, other as Redis];
    await follow(admins[1], servers[0]);
  });
  afterEach(async () => {
    for (const admin of admins) admin.disconnect();
    await Promise.all(servers.map((server) => server.stop()));
  });

  /** Nodes know nothing of each other: what is said has to be in the log. */
  const withNode = async (server: EngineServer, use: (node: RecordedNode) => Promise<void>): Promise<void> => {
    const node = new RecordedNode(engineBy("node-redis", server.port));
    try {
      await node.up();
      await use(node);
    } finally {
      await node.close();
    }
  };
  const say = async (node: RecordedNode, ...texts: string[]): Promise<void> => {
    for (const text of texts) expect(await node.say(ROOM, text, { ack: true })).toMatchObject({ ok: true });
  };

  /** The replica becomes the primary when it has three messages of five; one has heard of three, the other of all. */
  const replaced = async (): Promise<readonly [RecordedPeer, RecordedPeer]> => {
    const peers = [new RecordedPeer(ROOM), new RecordedPeer(ROOM)] as const;
    await withNode(servers[0], async (node) => {
      for (const peer of peers) await node.join(peer);
      await say(node, "1", "2", "3");
      await until(() => peers[0].heard.length === 3);
      peers[0].lose();
      while ((await admins[1].xlen(`ws-kit~s:{${peers[0].topic}}`)) < 3) await wait(20);
      await admins[1].replicaof("NO", "ONE");
      await say(node, "4", "5");
      await until(() => peers[1].heard.length === 5);
      peers[1].lose();
    });
    return peers;
  };

  it("tell of a gap who had heard what the replica has not got, and go on for everybody else", async () => {
    const [behind, ahead] = await replaced();
    await withNode(servers[1], async (node) => {
      await say(node, "six", "seven");
      await node.join(behind);
      await node.join(ahead);
      expect([behind.statuses, ahead.statuses]).toEqual([
        ["fresh", "recovered"],
        ["fresh", "gap epoch"],
      ]);
      await until(() => behind.heard.length === 5);
      expect(behind.heard).toEqual(["1", "2", "3", "six", "seven"]);
    });
  });

  it("tell of it also where the first one is the primary again, and nobody asked for the topic meanwhile", async () => {
    const [behind, ahead] = await replaced();
    await follow(admins[0], servers[1]);
    await admins[0].replicaof("NO", "ONE");
    await withNode(servers[0], async (node) => {
      await say(node, "four", "five", "six");
      await node.join(behind);
      await node.join(ahead);
      expect([behind.statuses, ahead.statuses]).toEqual([
        ["fresh", "recovered"],
        ["fresh", "gap epoch"],
      ]);
      await until(() => behind.heard.length === 6);
      expect(behind.heard).toEqual(["1", "2", "3", "four", "five", "six"]);
    });
  });
});

/** What a replica is sent begins at once. */
const QUICKLY = ["--repl-diskless-sync-delay", "0"];

async function follow(replica: Redis, primary: EngineServer): Promise<void> {
  await replica.replicaof("127.0.0.1", primary.port);
  while (!(await replica.info("replication")).includes("master_link_status:up")) await wait(20);
}
