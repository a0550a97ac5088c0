import { findRecorded } from "@ws-kit/conformance/engines/recorded";
import { startNats } from "@ws-kit/conformance/engines/servers";
import { natsEngine } from "@ws-kit/nats";

const server = await startNats(process.argv[2] ?? "", ["-js"]);
try {
  console.log(JSON.stringify(await findRecorded(() => natsEngine({ servers: `127.0.0.1:${server.port}` }), server)));
} finally {
  await server.stop();
}
process.exit(0);
