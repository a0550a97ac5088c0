import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findLive, type LiveFindings } from "@ws-kit/conformance/engines/live";
import { liveSuite } from "@ws-kit/conformance/engines/live-suite";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { describe } from "vitest";
import { CLIENTS, engineBy } from "./clients.ts";

withServer("redis", "redis, on Node", (path) => {
  describe.each(["node-redis", "ioredis"])("by %s", (client) => {
    liveSuite(async () => {
      const server = await startRedis(path);
      try {
        return await findLive(() => engineBy(client, server.port), server);
      } finally {
        await server.stop();
      }
    });
  });
});

withServer("redis", "redis, on Bun", (path) => {
  describe.each(Object.keys(CLIENTS))("by %s", (client) => {
    liveSuite(async () => {
      const { stdout } = await promisify(execFile)("bun", [`${import.meta.dirname}/live-on-bun.ts`, path, client]);
      return JSON.parse(stdout) as LiveFindings;
    });
  });
});
