import { setTimeout as pause } from "node:timers/promises";
import { serve } from "@ws-kit/node";
import { redisAnswers } from "@ws-kit/redis";
import { createRouter, rpc, WsKitError, z } from "@ws-kit/zod";
import { Redis } from "ioredis";
import { createClient } from "redis";

/** Pays after `ms`; says who did, and for how many-th time. Fails with `fail`, or says `long` letters more. */
const Pay = rpc(
  "PAY",
  { ms: z.number(), fail: z.enum(["NOT_FOUND", "UNAVAILABLE"]).optional(), long: z.number().optional() },
  "PAID",
  { by: z.string(), more: z.string() },
  { idempotent: true },
);

const [port = "", client = "", onUnavailable = "local"] = process.argv.slice(2);
const source =
  client === "ioredis"
    ? new Redis({ port: Number(port), host: "127.0.0.1", lazyConnect: true })
    : createClient({ url: `redis://127.0.0.1:${port}` });
let runs = 0;
const router = createRouter<{ user?: string | undefined }>({
  answers: redisAnswers(source, { timeoutMs: 5_000, onUnavailable: onUnavailable as "local" }),
  identify: (data) => data.user,
  authenticate: (req) => ({ user: new URL(req.url).searchParams.get("user") ?? undefined }),
  logger: { debug() {}, warn() {}, error: console.error },
}).rpc(Pay, async ({ payload: { ms, fail, long = 0 } }) => {
  const by = `${process.pid} ${++runs}`;
  process.stdout.write(`RUN ${runs}\n`);
  await pause(ms);
  if (fail !== undefined) throw new WsKitError(fail, by);
  return { by, more: "x".repeat(long) };
});
const server = serve(router, { port: 0, hostname: "127.0.0.1" });
await server.ready;
process.stdout.write(`LISTENING ${server.port}\n`);
process.on("SIGTERM", () => {
  void server.stop();
});
