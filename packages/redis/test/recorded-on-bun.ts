import { findRecorded } from "@ws-kit/conformance/engines/recorded";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { ALWAYS, engineBy } from "./clients.ts";

const [path = "", client = ""] = process.argv.slice(2);
const server = await startRedis(path, ALWAYS);
try {
  console.log(JSON.stringify(await findRecorded(() => engineBy(client, server.port), server, client !== "bun's own")));
} finally {
  await server.stop();
}
process.exit(0);
