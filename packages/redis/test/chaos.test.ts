import { chaosTest } from "@ws-kit/chaos/suite";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { createClient } from "redis";

withServer("redis", "three nodes and a Redis, of which any may die", (path) => {
  for (const [runtime, client] of [
    ["node", "node-redis"],
    ["node", "ioredis"],
    ["bun", "bun's own"],
  ] as const) {
    chaosTest(`on ${runtime}, by ${client}`, {
      start: () => startRedis(path),
      subscriptions: async ({ port }) => {
        const redis = await createClient({ url: `redis://127.0.0.1:${port}` }).connect();
        const channels = await redis.pubSubChannels();
        const numbers = Object.values(await redis.pubSubNumSub(channels));
        await redis.close();
        return numbers.reduce((sum, number) => sum + number, 0);
      },
      node: [runtime, `${import.meta.dirname}/chaos-node.ts`, client],
    });
  }
});
