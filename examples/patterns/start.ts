import { serve } from "@ws-kit/node";
import type { Router } from "@ws-kit/zod";

/** Serves one pattern: `node start.ts pool`. */
const NAMES = ["pool", "rate-limits", "selective", "heartbeat", "negotiation", "versions", "modules"];
const name = process.argv[2] ?? "";
if (!NAMES.includes(name)) {
  console.error(`Which one? node start.ts ${NAMES.join(" | ")}`);
  process.exit(2);
}
const { router } = (await import(`./src/${name}.ts`)) as { router: Router };
const server = serve(router);
await server.ready;
console.log(`${name} is at ${server.url.href.replace("http", "ws")}`);
process.once("SIGINT", () => void server.stop().then(() => process.exit()));
