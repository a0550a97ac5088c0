import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { Hub, type Socket } from "@ws-kit/core/adapter";
import { type Router } from "@ws-kit/core";
import { defineSlot, type Extension, requestLog } from "@ws-kit/core/extend";
import { devtools } from "@ws-kit/devtools";
import { instrument } from "@ws-kit/otel";
import { rateLimit, rateLimitGate } from "@ws-kit/rate-limit";
import { createRouter, message, z } from "@ws-kit/zod";
import { createRouter as valibotRouter } from "@ws-kit/valibot";
import * as valibot from "../messages.valibot.ts";
import { Ask, Echo, Echoed, Publish, Published, shape } from "../messages.zod.ts";
import {
  handWrittenAsync,
  handWrittenToldWhy,
  handWrittenTopics,
  handWrittenValibot,
  handWrittenZod,
  type Receive,
} from "./hand-written.ts";

export const ECHO_FRAME = JSON.stringify({
  type: "ECHO",
  payload: { roomId: "lobby", text: "The quick brown fox jumps over", seq: 12345 },
});
/** Strings of a known form, as messages of real applications have them. */
const FORMATS = { id: z.uuid(), email: z.email(), at: z.iso.datetime(), text: z.string().min(1).max(500) };
const FORMATS_FRAME = JSON.stringify({
  type: "ECHO",
  payload: {
    id: "0b6f5d1c-7a57-4f0e-9c4e-52ab01234567",
    email: "ada@example.com",
    at: "2026-01-31T10:00:00Z",
    text: "The quick brown fox jumps over",
  },
});
export const ASK_FRAME = JSON.stringify({
  type: "ASK",
  meta: { correlationId: "0b6f5d1c-7a57-4f0e-9c4e-52ab" },
  payload: { roomId: "lobby", text: "The quick brown fox jumps over", seq: 12345 },
});

/** Its `seq` is no number. */
const REFUSED_FRAME = JSON.stringify({
  type: "ECHO",
  payload: { roomId: "lobby", text: "The quick brown fox jumps over", seq: "12345" },
});
const PUBLISH_FRAME = ECHO_FRAME.replace("ECHO", "PUBLISH");

/** Fewer than a connection may have waiting, requests included. */
const IN_FLIGHT = 32;

/** A socket that takes everything and counts it. */
export class NullSocket implements Socket {
  sent = 0;
  last = "";

  send(frame: string): number {
    this.sent++;
    this.last = frame;
    return frame.length;
  }

  close(): void {}
  terminate(): void {}

  getBufferedAmount(): number {
    return 0;
  }
}

/** One frame through one server, in process. */
export interface Case {
  readonly name: string;
  /** The case it is compared with. */
  readonly baseline: string;
  readonly run: () => void;
  /** How many messages may come before the last has been handled; left out where `run` handles it all. */
  readonly inFlight?: number;
  /** Counts what came of it. */
  readonly socket: { readonly sent: number };
}

/** Requests that run beside each other have ids of their own. */
const ASK_FRAMES = Array.from({ length: IN_FLIGHT }, (_, i) => ASK_FRAME.replace("52ab", `52${i + 10}`));

/** One frame after the other, for ever. */
function inRound(frames: readonly string[]): () => string {
  let at = 0;
  return () => frames[(at = (at + 1) % frames.length)] as string;
}

function byHand(name: string, receive: Receive, frame: string | readonly string[]): Case {
  const socket = new NullSocket();
  if (typeof frame === "string") return { name, baseline: name, socket, run: () => receive(socket, frame) };
  const next = inRound(frame);
  return { name, baseline: name, socket, run: () => receive(socket, next()), inFlight: frame.length };
}

function byRouter(name: string, baseline: string, router: Router, frame: string | readonly string[], others = 0): Case {
  const socket = new NullSocket();
  const hub = new Hub(router);
  const conn = hub.adopt(socket, {}, "client");
  hub.opened(conn);
  for (let i = 0; i < others; i++) hub.opened(hub.adopt(new NullSocket(), {}, `other-${i}`));
  if (typeof frame === "string") return { name, baseline, socket, run: () => hub.receive(conn, frame) };
  const next = inRound(frame);
  return { name, baseline, socket, run: () => hub.receive(conn, next()), inFlight: frame.length };
}

function echoRouter(validateOutgoing: boolean): Router {
  return createRouter({ validateOutgoing }).on(Echo, (ctx) => {
    ctx.send(Echoed, ctx.payload);
  });
}

function withDevtools(): Router {
  const router = echoRouter(true);
  devtools(router, { guard: () => true });
  return router;
}

function withRoutes(count: number): Router {
  const router = echoRouter(true);
  for (let i = 1; i < count; i++) router.on(message(`OTHER_${i}`, shape), () => {});
  return router;
}

const frames = defineSlot(() => ({ count: 0 }));

/** As a rate limit has it: state of each connection, looked at before a frame is decoded. */
const gateWithSlot: Extension = {
  name: "gate",
  setup: () => ({ gate: (connection) => (frames.of(connection).count++ < 0 ? "drop" : undefined) }),
};

/** OpenTelemetry's own SDK, with nobody to tell. */
const telemetry = {
  tracer: new BasicTracerProvider().getTracer("bench"),
  meter: new MeterProvider().getMeter("bench"),
};

/** A limit that lets all through. */
const PLENTY = { limit: 1_000_000_000, perMs: 1_000 };

/** Hears everything, and makes nothing of it. */
const everyFact: Extension = {
  name: "all",
  setup: () => ({
    opened() {},
    closed() {},
    joined() {},
    parted() {},
    published() {},
    received() {},
    sent() {},
    settled() {},
    answered() {},
    refused() {},
    failed() {},
  }),
};

/** Every in-process case, baselines first. */
export function dispatchCases(): Case[] {
  const middleware = echoRouter(true);
  for (let i = 0; i < 3; i++) middleware.use((_ctx, next) => next());
  const ask = createRouter().rpc(Ask, (ctx) => {
    ctx.reply(ctx.payload);
  });
  const returning = createRouter().rpc(Ask, (ctx) => ctx.payload);
  const byValibot = valibotRouter().on(valibot.Echo, (ctx) => {
    ctx.send(valibot.Echoed, ctx.payload);
  });
  const deep = z.object({ ...shape, tags: z.array(z.string()).optional() });
  const optional = createRouter().on(message("ECHO", deep), (ctx) => {
    ctx.send(Echoed, ctx.payload);
  });
  const asynchronous = createRouter().on(Echo, async (ctx) => {
    ctx.send(Echoed, ctx.payload);
  });
  const guarded = createRouter().on(Echo, async (ctx) => {
    ctx.send(Echoed, ctx.payload);
  });
  for (let i = 0; i < 3; i++) {
    guarded.use(async (_ctx, next) => {
      await next();
    });
  }
  let turn = 0;
  const moving = createRouter().on(Echo, async (ctx) => {
    const room = `room-${turn++ % 2}`;
    await ctx.topics.subscribe(room);
    await ctx.topics.subscribe("lobby");
    await ctx.topics.unsubscribe(room);
    ctx.send(Echoed, ctx.payload);
  });
  const answering = createRouter().rpc(Ask, async (ctx) => ctx.payload);
  const most = Number.MAX_SAFE_INTEGER;
  const tolerant = createRouter({ limits: { maxViolations: most, maxRefusalMs: most } }).on(Echo, () => {});
  const tolerantBehind = createRouter({ limits: { maxViolations: most, maxRefusalMs: most } })
    .use((_ctx, next) => next())
    .on(Echo, () => {});
  const topic = createRouter()
    .onOpen((ctx) => void ctx.topics.subscribe("room"))
    .on(Publish, (ctx) => void ctx.publish("room", Published, ctx.payload));
  const FormatsEchoed = message("ECHOED", FORMATS);
  const formats = createRouter().on(message("ECHO", FORMATS), (ctx) => {
    ctx.send(FormatsEchoed, ctx.payload);
  });
  return [
    byHand("hand-written", handWrittenZod(true), ECHO_FRAME),
    byHand("hand-written, reply unchecked", handWrittenZod(false), ECHO_FRAME),
    byHand("hand-written, formats", handWrittenZod(true, z.object(FORMATS)), FORMATS_FRAME),
    byHand("hand-written rpc", handWrittenZod(true), ASK_FRAME),
    byHand("hand-written, refused", handWrittenToldWhy, REFUSED_FRAME),
    byHand("hand-written, refused in two words", handWrittenZod(true), REFUSED_FRAME),
    { ...byHand("hand-written, asynchronous", handWrittenAsync(0), ECHO_FRAME), inFlight: IN_FLIGHT },
    { ...byHand("hand-written, asynchronous ×3", handWrittenAsync(3), ECHO_FRAME), inFlight: IN_FLIGHT },
    { ...byHand("hand-written, three topic operations", handWrittenTopics(), ECHO_FRAME), inFlight: IN_FLIGHT },
    byHand("hand-written rpc, asynchronous", handWrittenAsync(0), ASK_FRAMES),
    byHand("hand-written valibot", handWrittenValibot(true), ECHO_FRAME),
    byRouter("echo", "hand-written", echoRouter(true), ECHO_FRAME),
    byRouter("echo, validateOutgoing: false", "hand-written, reply unchecked", echoRouter(false), ECHO_FRAME),
    byRouter("echo, middleware ×3", "hand-written", middleware, ECHO_FRAME),
    byRouter("echo, optional array", "hand-written", optional, ECHO_FRAME),
    byRouter("echo, formats", "hand-written, formats", formats, FORMATS_FRAME),
    byRouter("rpc, ctx.reply", "hand-written rpc", ask, ASK_FRAME),
    byRouter("rpc, returned", "hand-written rpc", returning, ASK_FRAME),
    byRouter("echo, valibot", "hand-written valibot", byValibot, ECHO_FRAME),
    byRouter("echo, 100 routes", "hand-written", withRoutes(100), ECHO_FRAME),
    byRouter("echo, 2,000 routes", "hand-written", withRoutes(2_000), ECHO_FRAME),
    { ...byRouter("echo, asynchronous", "hand-written, asynchronous", asynchronous, ECHO_FRAME), inFlight: IN_FLIGHT },
    {
      ...byRouter("echo, asynchronous middleware ×3", "hand-written, asynchronous ×3", guarded, ECHO_FRAME),
      inFlight: IN_FLIGHT,
    },
    {
      ...byRouter("echo, three topic operations", "hand-written, three topic operations", moving, ECHO_FRAME),
      inFlight: IN_FLIGHT,
    },
    byRouter("rpc, asynchronous", "hand-written rpc, asynchronous", answering, ASK_FRAMES),
    byRouter("echo, refused", "hand-written, refused", tolerant, REFUSED_FRAME),
    byRouter("echo, refused, middleware", "hand-written, refused", tolerantBehind, REFUSED_FRAME),
    byRouter("echo, gate and slot", "echo", echoRouter(true).extend(gateWithSlot), ECHO_FRAME),
    byRouter(
      "echo, telemetry of 1 %",
      "echo",
      instrument(echoRouter(true), { ...telemetry, sample: 0.01 }),
      ECHO_FRAME,
    ),
    byRouter("echo, telemetry of all", "echo", instrument(echoRouter(true), { ...telemetry, sample: 1 }), ECHO_FRAME),
    byRouter("echo, rate limit as a gate", "echo", echoRouter(true).extend(rateLimitGate(PLENTY)), ECHO_FRAME),
    byRouter("echo, rate limit as middleware", "echo", echoRouter(true).use(rateLimit(PLENTY)), ECHO_FRAME),
    byRouter("echo, every fact heard", "echo", echoRouter(true).extend(everyFact), ECHO_FRAME),
    byRouter("echo, devtools nobody looks at", "echo", withDevtools(), ECHO_FRAME),
    byRouter("echo, request log", "echo", echoRouter(true).extend(requestLog({ write: () => {} })), ECHO_FRAME),
    byRouter("publish to 50", "publish to 50", topic, PUBLISH_FRAME, 49),
  ];
}
