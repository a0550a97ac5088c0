import { presenceSuite } from "@ws-kit/conformance/engines/presence-suite";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { describe } from "vitest";

const NODE = `${import.meta.dirname}/presence-node.ts`;

withServer("redis", "presence by redis", (path) => {
  describe.each([
    ["node", "node-redis", true],
    ["node", "ioredis", false],
    ["bun", "bun's own", false],
  ])("on %s by %s", (runtime, client, leases) => {
    presenceSuite(() => startRedis(path), [runtime, NODE, client], leases);
  });
});
