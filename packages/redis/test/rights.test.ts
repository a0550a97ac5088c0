import { readFileSync } from "node:fs";
import { join } from "node:path";
import { returned } from "@ws-kit/conformance/engines/recorded";
import { RecordedNode } from "@ws-kit/conformance/engines/recorded-node";
import { RETURNED } from "@ws-kit/conformance/engines/recorded-suite";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { EngineNode, Tick, until, wait } from "@ws-kit/conformance/engines/world";
import { redisEngine } from "@ws-kit/redis";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { describe, expect, it } from "vitest";
import { PresentNode } from "./present-node.ts";

/** The rows "ACL" of the page: for what is live, and what recorded topics and presence need as well. */
const page = readFileSync(join(import.meta.dirname, "../../../docs/deployment.md"), "utf8");
const [live = [], recorded = [], present = []] = [...page.matchAll(/^\| ACL .*$/gm)].map(
  ([row]) => row.match(/\+[\w|\\]+/g) ?? [],
);
const user = (rights: readonly string[]) => [
  "--user",
  "app",
  "on",
  ">secret",
  "~ws-kit~*",
  "&ws-kit:*",
  "&ws-kit~*",
  ...rights.map((right) => right.replace("\\", "")),
];

withServer("redis", "a user of Redis with no more rights than the page names", (path) => {
  describe.each([
    ["node-redis", (port: number) => redisEngine(createClient({ url: `redis://app:secret@127.0.0.1:${port}` }))],
    [
      "ioredis",
      (port: number) => redisEngine(new Redis({ port, username: "app", password: "secret", lazyConnect: true })),
    ],
  ])("by %s", (_client, makeEngine) => {
    it("carries what is live", async () => {
      expect(live.length).toBeGreaterThan(3);
      const server = await startRedis(path, user(live));
      const nodes = [new EngineNode(makeEngine(server.port)), new EngineNode(makeEngine(server.port))] as const;
      try {
        await nodes[1].follow("room");
        await Promise.all(nodes.map((node) => node.up()));
        await nodes[0].router.publish("room", Tick, { by: "a", n: 1 });
        await until(() => nodes[1].got.length === 1);
      } finally {
        await Promise.all(nodes.map((node) => node.close()));
        await server.stop();
      }
    });

    it("keeps what is recorded", async () => {
      const server = await startRedis(path, user([...live, ...recorded]));
      const nodes = [new RecordedNode(makeEngine(server.port)), new RecordedNode(makeEngine(server.port))] as const;
      try {
        await Promise.all(nodes.map((node) => node.up()));
        expect(await returned(nodes)).toEqual(RETURNED);
        expect(await nodes[0].say("returned", "6", { ack: true, id: "6" })).toMatchObject({ ok: true });
      } finally {
        await Promise.all(nodes.map((node) => node.close()));
        await server.stop();
      }
    });

    it("is told that it may not publish, and what it has recorded is whole", async () => {
      const mute = user([...live, ...recorded]).filter((part) => part !== "&ws-kit:*");
      const server = await startRedis(path, mute);
      const node = new RecordedNode(makeEngine(server.port));
      const admin = new Redis({ port: server.port });
      try {
        await node.up();
        const causes: unknown[] = [];
        node.router.onLink((report) => report.state === "down" && causes.push(report.cause.message));
        expect(await node.say("mute", "1", { ack: true })).toMatchObject({ ok: true, position: { offset: 1 } });
        await until(() => causes.length > 0);
        expect(causes[0]).toMatch(/^Redis has refused to publish: .*channel/);
        await admin.acl("SETUSER", "app", "&ws-kit:*");
        expect(await node.say("mute", "2", { ack: true })).toMatchObject({ ok: true, position: { offset: 2 } });
      } finally {
        admin.disconnect();
        await node.close();
        await server.stop();
      }
    });

    it("says who is there", async () => {
      const server = await startRedis(path, user([...live, ...present]));
      const nodes = [new PresentNode(makeEngine(server.port)), new PresentNode(makeEngine(server.port))] as const;
      try {
        await Promise.all(nodes.map(({ router }) => until(() => router.cluster?.state === "up")));
        const leave = nodes[0].enter("ann");
        nodes[0].enter("bob");
        nodes[1].enter("cat");
        await nodes[1].holds(["ann", "bob", "cat"]);
        leave();
        await nodes[1].holds(["bob", "cat"]);
        // What a node leaves behind the other one takes away.
        await nodes[0].hub.dispose();
        await nodes[1].holds(["cat"]);
        await wait(3_500);
      } finally {
        await Promise.all(nodes.map(({ hub }) => hub.dispose()));
        await server.stop();
      }
      expect(nodes.flatMap(({ lines }) => lines)).toEqual([]);
    });
  });
});
