import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findRecorded, type RecordedFindings } from "@ws-kit/conformance/engines/recorded";
import { recordedSuite } from "@ws-kit/conformance/engines/recorded-suite";
import { severedSuite } from "@ws-kit/conformance/engines/severed-suite";
import { startNats } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { natsEngine } from "@ws-kit/nats";

withServer("nats", "logs in nats", (path) => {
  severedSuite(
    () => startNats(path, ["-js"]),
    (port) => natsEngine({ servers: `127.0.0.1:${port}` }),
  );
});

withServer("nats", "recorded topics in nats, on Node", (path) => {
  recordedSuite(async () => {
    const server = await startNats(path, ["-js"]);
    try {
      return await findRecorded(() => natsEngine({ servers: `127.0.0.1:${server.port}` }), server);
    } finally {
      await server.stop();
    }
  });
});

withServer("nats", "recorded topics in nats, on Bun", (path) => {
  recordedSuite(async () => {
    const { stdout } = await promisify(execFile)("bun", [`${import.meta.dirname}/recorded-on-bun.ts`, path]);
    return JSON.parse(stdout) as RecordedFindings;
  });
});
