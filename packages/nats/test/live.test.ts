import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findLive, type LiveFindings } from "@ws-kit/conformance/engines/live";
import { liveSuite } from "@ws-kit/conformance/engines/live-suite";
import { startNats } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { natsEngine } from "@ws-kit/nats";

withServer("nats", "nats, on Node", (path) => {
  liveSuite(async () => {
    const server = await startNats(path);
    try {
      return await findLive(() => natsEngine({ servers: `127.0.0.1:${server.port}` }), server);
    } finally {
      await server.stop();
    }
  });
});

withServer("nats", "nats, on Bun", (path) => {
  liveSuite(async () => {
    const { stdout } = await promisify(execFile)("bun", [`${import.meta.dirname}/live-on-bun.ts`, path]);
    return JSON.parse(stdout) as LiveFindings;
  });
});
