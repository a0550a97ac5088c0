import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findRecorded, type RecordedFindings } from "@ws-kit/conformance/engines/recorded";
import { recordedSuite } from "@ws-kit/conformance/engines/recorded-suite";
import { severedSuite } from "@ws-kit/conformance/engines/severed-suite";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { describe } from "vitest";
import { ALWAYS, CLIENTS, engineBy } from "./clients.ts";

withServer("redis", "logs in redis", (path) => {
  severedSuite(
    () => startRedis(path, ALWAYS),
    (port) => engineBy("node-redis", port),
  );
});

withServer("redis", "recorded topics in redis, on Node", (path) => {
  describe.each(["node-redis", "ioredis"])("by %s", (client) => {
    recordedSuite(async () => {
      const server = await startRedis(path, ALWAYS);
      try {
        return await findRecorded(() => engineBy(client, server.port), server);
      } finally {
        await server.stop();
      }
    });
  });
});

withServer("redis", "recorded topics in redis, on Bun", (path) => {
  describe.each(Object.keys(CLIENTS))("by %s", (client) => {
    recordedSuite(async () => {
      const { stdout } = await promisify(execFile)("bun", [`${import.meta.dirname}/recorded-on-bun.ts`, path, client]);
      return JSON.parse(stdout) as RecordedFindings;
    });
  });
});
