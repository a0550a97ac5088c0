import { createRouter } from "@ws-kit/zod";
import { serve } from "@ws-kit/bun";
import { Look, Pour, Sip } from "./messages.ts";
import { paced } from "./paced.ts";

const router = createRouter();
let bytes = 0;

router.rpc(Pour, async (ctx) => {
  const item = "x".repeat(ctx.payload.item);
  for (bytes = 0; bytes < ctx.payload.bytes; bytes += item.length) await ctx.write(item);
  return { bytes };
});
router.rpc(Sip, async (ctx) => {
  bytes = 0;
  const pace = paced(ctx.payload.bytesPerSecond);
  for await (const item of ctx.incoming) {
    bytes += item.length;
    await pace(item.length);
  }
  return { bytes };
});
router.rpc(Look, () => {
  Bun.gc(true);
  const { heapUsed, rss } = process.memoryUsage();
  return { bytes, heap: heapUsed, rss };
});

const server = serve(router, { port: 0, hostname: "127.0.0.1", allowedOrigins: "*" });
process.stdout.write(`listening on ${server.port}\n`);
