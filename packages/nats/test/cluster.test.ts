import { RecordedNode, RecordedPeer } from "@ws-kit/conformance/engines/recorded-node";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { until, wait } from "@ws-kit/conformance/engines/world";
import { natsEngine, type NatsEngineOptions } from "@ws-kit/nats";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NatsCluster } from "./nats-cluster.ts";

withServer("nats", "a cluster of NATS", (path) => {
  let cluster: NatsCluster;
  beforeAll(async () => {
    cluster = await NatsCluster.start(path);
  }, 60_000);
  afterAll(() => cluster?.stop());
  const node = (options: NatsEngineOptions) => new RecordedNode(natsEngine({ servers: cluster.addresses }, options));

  it("is not given what one of its servers keeps in memory, which it would lose and nothing would tell", async () => {
    const one = node({ prefix: "alone", storage: "memory" });
    try {
      await one.up();
      expect(await one.say("7", "1")).toMatchObject({
        ok: false,
        error: { code: "UNAVAILABLE", message: expect.stringContaining("needs { replicas: 3 }") },
      });
    } finally {
      await one.close();
    }
  });

  it("says of a message where it is when it is recorded, and no sooner, whichever node is asked twice", async () => {
    const nodes = [node({ prefix: "twice", replicas: 3 }), node({ prefix: "twice", replicas: 3 })] as const;
    try {
      await Promise.all(nodes.map((each) => each.up()));
      while (!(await nodes[0].say("7", "0", { ack: true })).ok) await wait(100);
      for (let n = 1; n <= 20; n++) {
        const options = { ack: true, id: String(n) };
        const told = await Promise.all([...nodes, ...nodes].map((each) => each.say("7", String(n), options)));
        expect(told).toMatchObject([1, 2, 3, 4].map(() => ({ ok: true, position: { offset: n + 1 } })));
      }
    } finally {
      await Promise.all(nodes.map((each) => each.close()));
    }
  });

  it("loses nothing that it has acknowledged when the server that leads is killed", async () => {
    // Of its own: ids that a try before this one had used are known.
    const prefix = crypto.randomUUID();
    const nodes = [node({ prefix, replicas: 3 }), node({ prefix, replicas: 3 })] as const;
    const peer = new RecordedPeer("7");
    try {
      await Promise.all(nodes.map((each) => each.up()));
      // The stream is made, which takes the cluster a while.
      while (!(await nodes[0].say("7", "0", { ack: true })).ok) await wait(100);
      await nodes[1].join(peer);
      const acknowledged: string[] = [];
      const over = new AbortController();
      const publishing = (async () => {
        for (let n = 1; !over.signal.aborted; n++) {
          const { ok } = await nodes[0].say("7", String(n), { ack: true, id: String(n) });
          if (ok) acknowledged.push(String(n));
          await wait(10);
        }
      })();
      await wait(500);
      const leader = await cluster.leaderOf(`${prefix}_room`);
      await leader.kill();
      const before = acknowledged.length;
      await until(() => acknowledged.length > before + 20, 60_000);
      await leader.restart();
      await wait(1_000);
      over.abort();
      await publishing;
      await Promise.all(nodes.map((each) => each.up()));
      await until(() => peer.heard.includes(acknowledged.at(-1) ?? ""), 30_000);
      expect(peer.wrong).toEqual([]);
      // Where the log could not be asked for too long, who follows goes on, and is told.
      const isTold = peer.statuses.some((status) => status.startsWith("gap"));
      expect(isTold ? [] : acknowledged.filter((text) => !peer.heard.includes(text))).toEqual([]);
      const back = new RecordedPeer("7");
      await nodes[1].join(back);
    } finally {
      await Promise.all(nodes.map((each) => each.close()));
    }
  }, 180_000);
});
