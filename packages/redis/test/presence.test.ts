import { membersSuite } from "@ws-kit/conformance/engines/members-suite";
import { presenceSuite } from "@ws-kit/conformance/engines/presence-suite";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { describe } from "vitest";
import { engineBy } from "./clients.ts";

const NODE = `${import.meta.dirname}/presence-node.ts`;

withServer("redis", "presence by redis", (path) => {
  describe.each([
    ["node", "node-redis", true],
    ["node", "ioredis", false],
    ["bun", "bun's own", false],
  ])("on %s by %s", (runtime, client, leases) => {
    presenceSuite(() => startRedis(path), [runtime, NODE, client], leases);
  });
  describe.each(["node-redis", "ioredis"])("kept by %s", (client) => {
    membersSuite(
      () => startRedis(path),
      (port) => engineBy(client, port),
    );
  });
});
