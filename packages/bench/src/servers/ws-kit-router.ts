import type { Router } from "@ws-kit/core";
import { createRouter as valibotRouter } from "@ws-kit/valibot";
import { createRouter, message } from "@ws-kit/zod";
import * as byValibot from "../messages.valibot.ts";
import { Ask, AskReturned, Echo, Echoed, Join, Joined, Publish, Published, shape } from "../messages.zod.ts";

/** The router that is served on Bun and on Node. `--off`: no outgoing checks; `--async` handlers, which wait for something with `--awaits`; `--routes=n`; `--middleware=n`; `--valibot`; `--limit=gate|middleware`; `--telemetry=share`. */
export async function benchRouter(args: readonly string[]): Promise<Router> {
  const figure = (name: string) => Number(args.find((arg) => arg.startsWith(`--${name}=`))?.split("=")[1] ?? 0);
  const router = (args.includes("--valibot") ? valibotRouter : createRouter)({
    validateOutgoing: !args.includes("--off"),
    limits: { maxMessageBytes: 70_000 },
  });
  for (let i = figure("middleware"); i > 0; i--) router.use((_ctx, next) => next());
  const limit = (["gate", "middleware"] as const).find((each) => args.includes(`--limit=${each}`));
  if (limit !== undefined || figure("telemetry") > 0) {
    // Nobody else is to load it at the start.
    const { extend } = await import("./ws-kit-extensions.ts");
    extend(router, limit, figure("telemetry"));
  }
  for (let i = figure("routes"); i > 1; i--) router.on(message(`OTHER_${i}`, shape), () => {});
  if (args.includes("--valibot")) {
    return router.on(byValibot.Echo, (ctx) => {
      ctx.send(byValibot.Echoed, ctx.payload);
    });
  }
  if (args.includes("--async")) {
    const awaits = args.includes("--awaits");
    return router.on(Echo, async (ctx) => {
      if (awaits) await Promise.resolve();
      ctx.send(Echoed, ctx.payload);
    });
  }
  return router
    .on(Echo, (ctx) => {
      ctx.send(Echoed, ctx.payload);
    })
    .rpc(Ask, (ctx) => {
      ctx.reply(ctx.payload);
    })
    .rpc(AskReturned, (ctx) => ctx.payload)
    .on(Join, (ctx) => {
      void ctx.topics.subscribe(ctx.payload.topic);
      ctx.send(Joined, ctx.payload);
    })
    .on(Publish, (ctx) => {
      void ctx.publish("room", Published, ctx.payload);
    });
}
