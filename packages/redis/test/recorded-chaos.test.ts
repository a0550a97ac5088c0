import { recordedChaosTest } from "@ws-kit/chaos/recorded-suite";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { ALWAYS } from "./clients.ts";

withServer("redis", "recorded topics, three nodes and a Redis, of which any may die", (path) => {
  const node = (runtime: string, client: string) => [runtime, `${import.meta.dirname}/chaos-node.ts`, client];
  for (const [runtime, client] of [
    ["node", "node-redis"],
    ["bun", "ioredis"],
    ["bun", "bun's own"],
  ] as const) {
    recordedChaosTest(`on ${runtime}, by ${client}, everything kept`, {
      start: () => startRedis(path, ALWAYS),
      node: node(runtime, client),
      isDense: true,
      keeps: "everything",
    });
  }

  recordedChaosTest("on node, by ioredis, nothing kept", {
    start: () => startRedis(path),
    node: node("node", "ioredis"),
    isDense: true,
    keeps: "nothing",
  });

  recordedChaosTest("on node, by node-redis, an older state restored", {
    start: () => startRedis(path, ALWAYS),
    node: node("node", "node-redis"),
    isDense: true,
    keeps: "an older state",
  });
});
