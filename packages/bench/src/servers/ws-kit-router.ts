import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import type { Router } from "@ws-kit/core";
import { instrument } from "@ws-kit/otel";
import { rateLimit, rateLimitGate } from "@ws-kit/rate-limit";
import { createRouter as valibotRouter } from "@ws-kit/valibot";
import { createRouter, message } from "@ws-kit/zod";
import * as byValibot from "../messages.valibot.ts";
import { Ask, AskReturned, Echo, Echoed, Join, Joined, Publish, Published, shape } from "../messages.zod.ts";

/** The router that is served on Bun and on Node. `--off`: no outgoing checks; `--async` handlers; `--routes=n`; `--middleware=n`; `--valibot`; `--limit=gate|middleware`; `--telemetry=share`. */
export function benchRouter(args: readonly string[]): Router {
  const figure = (name: string) => Number(args.find((arg) => arg.startsWith(`--${name}=`))?.split("=")[1] ?? 0);
  const router = (args.includes("--valibot") ? valibotRouter : createRouter)({
    validateOutgoing: !args.includes("--off"),
    limits: { maxMessageBytes: 70_000 },
  });
  if (figure("telemetry") > 0) {
    const tracer = new BasicTracerProvider().getTracer("bench");
    instrument(router, { sample: figure("telemetry"), tracer, meter: new MeterProvider().getMeter("bench") });
  }
  for (let i = figure("middleware"); i > 0; i--) router.use((_ctx, next) => next());
  const plenty = { limit: 1_000_000_000, perMs: 1_000 };
  if (args.includes("--limit=gate")) router.extend(rateLimitGate(plenty));
  if (args.includes("--limit=middleware")) router.use(rateLimit(plenty));
  for (let i = figure("routes"); i > 1; i--) router.on(message(`OTHER_${i}`, shape), () => {});
  if (args.includes("--valibot")) {
    return router.on(byValibot.Echo, (ctx) => {
      ctx.send(byValibot.Echoed, ctx.payload);
    });
  }
  if (args.includes("--async")) {
    return router.on(Echo, async (ctx) => {
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
