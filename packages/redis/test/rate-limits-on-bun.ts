import { startRedis } from "@ws-kit/conformance/engines/servers";
import { findLimits } from "./rate-limits.ts";

const [path = "", client = ""] = process.argv.slice(2);
const server = await startRedis(path);
try {
  console.log(JSON.stringify(await findLimits(client, server)));
} finally {
  await server.stop();
}
process.exit(0);
