import { findLive } from "@ws-kit/conformance/engines/live";
import { startNats } from "@ws-kit/conformance/engines/servers";
import { natsEngine } from "@ws-kit/nats";

const server = await startNats(process.argv[2] ?? "");
try {
  console.log(JSON.stringify(await findLive(() => natsEngine({ servers: `127.0.0.1:${server.port}` }), server)));
} finally {
  await server.stop();
}
process.exit(0);
