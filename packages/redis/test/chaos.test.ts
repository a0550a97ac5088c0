import { chaosTest } from "@ws-kit/chaos/suite";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";

withServer("redis", "three nodes and a Redis, of which any may die", (path) => {
  for (const [runtime, client] of [
    ["node", "node-redis"],
    ["node", "ioredis"],
    ["bun", "bun's own"],
  ] as const) {
    chaosTest(`on ${runtime}, by ${client}`, () => startRedis(path), [
      runtime,
      `${import.meta.dirname}/chaos-node.ts`,
      client,
    ]);
  }
});
