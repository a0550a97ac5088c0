/** A WS-Kit server in a process of its own, of the codec that `CODEC` names. Run by Bun; prints its port. */
import { serve } from "@ws-kit/bun";
import { createRouter, WsKitError } from "@ws-kit/zod";
import { msgpack } from "./codecs.ts";
import { Aborted, Add, Beat, Copy, Count, Double, Echo, Fail, Find, Guess, Look } from "./messages.ts";
import { Note, Pour, Sip, Slow, Take, Upload } from "./messages.ts";

const router = createRouter({
  heartbeat: { intervalMs: 30_000, timeoutMs: 5_000 },
  ...(process.env["CODEC"] === "msgpack" && { codec: msgpack }),
});

router.on(Note, (ctx) => {
  ctx.send(Echo, { n: ctx.payload.n });
});
router.on(Beat, (ctx) => {
  ctx.send(Beat, ctx.payload);
});
router.on(Fail, (ctx) => {
  ctx.error("FAILED_PRECONDITION", "Not today");
});
router.rpc(Add, (ctx) => {
  ctx.reply({ sum: ctx.payload.a + ctx.payload.b });
});
router.rpc(Count, (ctx) => {
  for (let at = 1; at <= ctx.payload.to; at++) ctx.progress({ at });
  ctx.reply({ to: ctx.payload.to });
});
router.rpc(Find, (ctx) => {
  ctx.error("NOT_FOUND", "No such thing", { id: ctx.payload.id });
});
router.rpc(Double, async (ctx) => {
  let at = 0;
  const { payload } = await ctx.request(Guess, ctx.payload, { onProgress: (report) => (at = report.at) });
  return { ...payload, at };
});
router.rpc(Upload, (ctx) => {
  ctx.reply({ bytes: ctx.payload.data.length });
});
router.rpc(Slow, async (ctx) => {
  const { ms } = ctx.payload;
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, ms);
  ctx.signal.addEventListener("abort", () => {
    clearTimeout(timeout);
    ctx.send(Aborted, { ms });
    timer.resolve();
  });
  await timer.promise;
  ctx.reply({});
});

let poured = 0;
let streams = 0;
let ended = "";
let take = (_items: number): void => {};

async function following<T>(run: () => Promise<T>): Promise<T> {
  streams++;
  ended = "";
  try {
    const result = await run();
    ended = "ok";
    return result;
  } catch (error) {
    ended = error instanceof WsKitError ? error.code : String(error);
    throw error;
  } finally {
    streams--;
  }
}

router.rpc(Copy, (ctx) =>
  following(async () => {
    let items = 0;
    for await (const item of ctx.incoming) {
      await ctx.write(item);
      if (++items === ctx.payload.most) break;
    }
    return { items };
  }),
);
router.rpc(Pour, (ctx) =>
  following(async () => {
    const item = "x".repeat(ctx.payload.characters);
    let items = 0;
    for (; items < ctx.payload.items; poured = items) {
      await ctx.write(item);
      items++;
    }
    return { items };
  }),
);
router.rpc(Sip, (ctx) =>
  following(async () => {
    let items = 0;
    for (let left = 0, all = false; ; left--) {
      if (left === 0 && !all) left = await new Promise<number>((resolve) => (take = resolve));
      all ||= left === 0;
      if ((await ctx.incoming.next()).done === true) return { items };
      items++;
    }
  }),
);
router.on(Take, ({ payload }) => take(payload.items));
router.rpc(Look, () => ({ poured, streams, ended }));

const server = serve(router, {
  port: Number(process.env["PORT"] ?? 0),
  hostname: "127.0.0.1",
  allowedOrigins: "*",
  async authenticate() {
    await Bun.sleep(Number(process.env["AUTHENTICATE_MS"] ?? 0));
    return {};
  },
});
console.log(`listening on ${server.port}`);
