/** A server whose connections outlive their sockets, in a process of its own. Run by Bun, Node or Deno; prints its port. */
import type { serve as serveOnNode } from "@ws-kit/node";
import { createRouter } from "@ws-kit/zod";
import { Double, Join, Relay, Said, Say, Stream, Told, Tick } from "./messages.ts";

type Serve = typeof serveOnNode;

const isBun = "Bun" in globalThis;
const isDeno = "Deno" in globalThis;
const { serve } = (await import(isBun ? "@ws-kit/bun" : isDeno ? "@ws-kit/deno" : "@ws-kit/node")) as { serve: Serve };

const router = createRouter({ resume: { windowMs: Number(process.env["WINDOW_MS"] ?? 10_000) } });
const log: string[] = [];

router.onOpen(() => void log.push("open"));
router.onDetach(() => void log.push("detach"));
router.onResume(() => void log.push("resume"));
router.onClose(({ code }) => void log.push(`close ${code}`));
router.on(Join, (ctx) => ctx.topics.subscribe(ctx.payload.room));
router.on(Say, (ctx) => {
  log.push(`say ${ctx.payload.n}`);
  void ctx.publish(ctx.payload.room, Said, { n: ctx.payload.n });
});
router.on(Stream, (ctx) => {
  let n = 0;
  const timer = setInterval(() => {
    ctx.send(Tick, { n: n++ });
    if (n === ctx.payload.count) clearInterval(timer);
  }, 1);
});
router.rpc(Double, async (ctx) => {
  const { n, ms } = ctx.payload;
  ctx.progress({ half: true });
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { n: n * 2 };
});
router.rpc(Relay, async (ctx) => {
  let items = 0;
  for await (const item of ctx.incoming) {
    await ctx.write(item);
    items++;
  }
  return { items };
});
router.rpc(Told, () => ({ log }));

const server = serve(router, { port: Number(process.env["PORT"] ?? 0), hostname: "127.0.0.1", allowedOrigins: "*" });
await (server as { ready?: Promise<unknown> }).ready;
console.log(`listening on ${server.port}`);
