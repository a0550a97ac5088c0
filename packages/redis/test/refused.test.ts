import { RecordedNode } from "@ws-kit/conformance/engines/recorded-node";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { EngineNode, Tick } from "@ws-kit/conformance/engines/world";
import { redisEngine } from "@ws-kit/redis";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { expect, it } from "vitest";

withServer("redis", "what Redis or a client's own settings refuse", (path) => {
  it.each(["OOM", "READONLY"])("is known not to be recorded: %s", async (why) => {
    const server = await startRedis(path);
    const admin = new Redis({ port: server.port });
    const node = new RecordedNode(redisEngine(createClient({ url: `redis://127.0.0.1:${server.port}` })));
    try {
      await node.up();
      expect(await node.say("7", "before", { ack: true })).toMatchObject({ ok: true });
      if (why === "OOM") await admin.config("SET", "maxmemory", "1");
      else await admin.replicaof("127.0.0.1", 1);
      const told = await node.say("7", "refused");
      expect(told).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
      expect(told.ok || told.error.message).toMatch(new RegExp(`^The engine has not recorded the message: ${why}`));
      if (why === "OOM") await admin.config("SET", "maxmemory", "0");
      else await admin.replicaof("NO", "ONE");
      expect(await node.say("7", "after", { ack: true })).toMatchObject({ ok: true, position: { offset: 2 } });
    } finally {
      admin.disconnect();
      await node.close();
      await server.stop();
    }
  });

  it("takes nothing of the application's bound of its own queue", async () => {
    const server = await startRedis(path);
    const engine = () =>
      redisEngine(createClient({ url: `redis://127.0.0.1:${server.port}`, commandsQueueMaxLength: 3 }));
    const [one, other] = [new EngineNode(engine()), new EngineNode(engine())];
    try {
      await Promise.all([one.up(), other.up()]);
      const topics = Array.from({ length: 20 }, (_, n) => `room:${n}`);
      await other.follow(...topics);
      for (const topic of topics) void one.router.publish(topic, Tick, { by: "a", n: 1 });
      await expect.poll(() => other.got.length).toBe(topics.length);
    } finally {
      await Promise.all([one.close(), other.close()]);
      await server.stop();
    }
  });
});
