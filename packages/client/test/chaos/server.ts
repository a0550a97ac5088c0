/** Writes down what arrives, in a file, since this process does not live long. Run by Bun; prints its port. */
import { openSync, writeSync } from "node:fs";
import { serve } from "@ws-kit/bun";
import { createRouter } from "@ws-kit/zod";
import { Double, Numbered, Store } from "./messages.ts";

const log = openSync(process.env["LOG"] ?? "/dev/null", "a");
const router = createRouter({ resume: process.env["RESUME"] === "yes" });

router.onClose(({ code }) => void writeSync(log, `- closed ${code}\n`));

router.on(Numbered, ({ payload: { run, n } }) => {
  writeSync(log, `${run} arrived ${n}\n`);
});
router.rpc(Double, (ctx) => {
  ctx.reply({ n: ctx.payload.n * 2 });
});
router.rpc(Store, (ctx) => {
  const { run, n } = ctx.payload;
  writeSync(log, `${run} stored ${n}\n`);
  ctx.reply({ n });
});

const server = serve(router, { port: Number(process.env["PORT"] ?? 0), hostname: "127.0.0.1", allowedOrigins: "*" });
console.log(`listening on ${server.port}`);
