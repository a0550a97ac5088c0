import { findLive } from "@ws-kit/conformance/engines/live";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { engineBy } from "./clients.ts";

const [path = "", client = ""] = process.argv.slice(2);
const server = await startRedis(path);
try {
  console.log(JSON.stringify(await findLive(() => engineBy(client, server.port), server)));
} finally {
  await server.stop();
}
process.exit(0);
