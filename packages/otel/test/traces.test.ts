import { once } from "node:events";
import { context, propagation, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { handlers } from "@ws-kit/client/parts";
import { presence } from "@ws-kit/client/presence";
import { wsClient } from "@ws-kit/client/zod";
import { createTestServer } from "@ws-kit/testing";
import { createRouter, message, topic, z } from "@ws-kit/zod";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { traced } from "../src/client.ts";
import { instrument } from "../src/index.ts";
import { Add, Confirm, Join, Marked, Room, Said, Say } from "./messages.ts";
import { ended, spans, tracer } from "./world.ts";

beforeEach(() => spans.reset());

function world(sample = 1, clientSample = 1) {
  const router = instrument(createRouter(), { sample })
    .on(Join, (ctx) => void ctx.topics.subscribe(Room({ id: "7" })))
    .on(Say, async (ctx) => {
      await tracer.startActiveSpan("database", async (span) => {
        await Promise.resolve();
        span.end();
      });
      if (ctx.payload.text === "throw") throw new Error("No such room");
      if (ctx.payload.text === "error") return ctx.error("NOT_FOUND", "No such room");
      await ctx.publish(Room({ id: "7" }), Said, ctx.payload);
    })
    .on(Ask, async (ctx) => {
      const { payload } = await ctx.request(Confirm, { text: ctx.payload.text }, { timeoutMs: 1_000 });
      ctx.send(Said, { text: String(payload.yes) });
    })
    .on(Marked, (ctx) => void ctx.send(Said, { text: String(Object.keys(ctx.meta).length > 0) }))
    .rpc(Add, (ctx) => {
      if (ctx.payload.a < 0) return ctx.error("OUT_OF_RANGE", "Negative");
      return { sum: ctx.payload.a + ctx.payload.b };
    })
    .onError(() => {});
  const server = createTestServer(router);
  const client = () => {
    const made = wsClient({ url: "ws://test/", WebSocket: server.WebSocket, use: [handlers()] });
    return traced(made, { sample: clientSample });
  };
  return { server, client };
}

const Logbook = topic("log:{id}", [Said], { history: {} });

const Ask = message("ASK_ME", { text: z.string() });

function parentOf(span: ReadableSpan | undefined): string | undefined {
  const all = spans.getFinishedSpans();
  const parent = all.find((other) => other.spanContext().spanId === span?.parentSpanContext?.spanId);
  return parent?.name;
}

describe("one trace", () => {
  it("goes from who sends a message to who gets what was published for it", async () => {
    const { client } = world();
    const [ada, bob] = [client(), client()];
    const heard = new Promise<void>((resolve) => {
      bob.on(Said, () => tracer.startActiveSpan("render", (span) => (span.end(), resolve())));
    });
    bob.send(Join);
    await vi.waitFor(() => expect(ended("process JOIN")).toHaveLength(1));
    spans.reset();
    tracer.startActiveSpan("click", (span) => {
      ada.send(Say, { text: "hello" });
      span.end();
    });
    await heard;
    await vi.waitFor(() => {
      for (const name of ["process SAY", "process SAID"]) expect(ended(name)).toHaveLength(1);
    });
    const chain = ["click", "send SAY", "process SAY", "process SAID", "render"];
    expect(chain.slice(1).map((name) => parentOf(ended(name)[0]))).toEqual(chain.slice(0, -1));
    expect(parentOf(ended("database")[0])).toBe("process SAY");
    expect(new Set(spans.getFinishedSpans().map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(ended("send SAY")[0]?.kind).toBe(SpanKind.PRODUCER);
    expect(ended("process SAY")[0]).toMatchObject({
      kind: SpanKind.CONSUMER,
      attributes: {
        "messaging.system": "ws_kit",
        "messaging.operation.type": "process",
        "messaging.destination.name": "SAY",
        "ws_kit.outcome": "ok",
      },
      events: [{ name: "publish", attributes: { "ws_kit.topic": "room:7" } }],
    });
  });

  it("goes on to the handlers of a subscription", async () => {
    const router = instrument(createRouter(), { sample: 1 }).topic(Logbook, { authorize: () => true });
    const server = createTestServer(router);
    const ada = traced(wsClient({ url: "ws://test/", WebSocket: server.WebSocket, use: [presence()] }));
    const book = ada.subscribe(Logbook({ id: "1" }), { onGap: () => {} });
    await book.ready;
    const heard = new Promise<void>((resolve) => {
      book.on(Said, () => tracer.startActiveSpan("render", (span) => (span.end(), resolve())));
    });
    await tracer.startActiveSpan("job", async (span) => {
      await router.publish(Logbook({ id: "1" }), Said, { text: "hello" });
      span.end();
    });
    await heard;
    await vi.waitFor(() => expect(ended("process SAID")).toHaveLength(1));
    expect([parentOf(ended("render")[0]), parentOf(ended("process SAID")[0])]).toEqual(["process SAID", "job"]);
    expect(book.topic).toBe("log:1");
    book.unsubscribe();
  });

  it("goes through a question of the server's to its answer in the page, and back", async () => {
    const { client, server } = world();
    const ada = client();
    ada.handle(Confirm, ({ payload }) => {
      if (payload.text === "throw") throw new Error("Not now");
      return tracer.startActiveSpan("dialog", (span) => (span.end(), { yes: true }));
    });
    ada.on(Said, () => {});
    ada.send(Ask, { text: "Keep it?" });
    await vi.waitFor(() => expect(ended("process SAID")).toHaveLength(1));
    const [asked, answered] = [SpanKind.CLIENT, SpanKind.SERVER].map((kind) =>
      ended("CONFIRM").find((span) => span.kind === kind),
    );
    expect(parentOf(asked)).toBe("process ASK_ME");
    expect(answered?.parentSpanContext?.spanId).toBe(asked?.spanContext().spanId);
    expect(parentOf(ended("dialog")[0])).toBe("CONFIRM");
    expect(asked?.attributes).toMatchObject({ "rpc.system.name": "ws_kit", "rpc.method": "CONFIRM" });
    expect(asked?.attributes["ws_kit.client.id"]).toBeTypeOf("string");
    expect(new Set(spans.getFinishedSpans().map((span) => span.spanContext().traceId)).size).toBe(1);
    ada.send(Ask, { text: "throw" });
    await vi.waitFor(() => expect(ended("CONFIRM")).toHaveLength(4));
    const failed = ended("CONFIRM").filter(({ status }) => status.code === SpanStatusCode.ERROR);
    expect(failed.map(({ kind, attributes }) => [kind, attributes["error.type"]])).toEqual([
      [SpanKind.SERVER, "Error"],
      [SpanKind.CLIENT, "INTERNAL"],
    ]);
    await server.settle();
  });

  it("goes through a request, and its errors are told at both ends", async () => {
    const { client } = world();
    const ada = client();
    expect((await ada.request(Add, { a: 1, b: 2 })).payload.sum).toBe(3);
    await expect(ada.request(Add, { a: -1, b: 2 })).rejects.toThrow("Negative");
    expect(await ada.attempt(Add, { a: -1, b: 2 })).toMatchObject({ ok: false });
    await vi.waitFor(() => expect(ended("ADD")).toHaveLength(6));
    const asked = ended("ADD").filter(({ kind }) => kind === SpanKind.CLIENT);
    const answered = ended("ADD").filter(({ kind }) => kind === SpanKind.SERVER);
    expect(answered.map((span) => span.parentSpanContext?.spanId)).toEqual(
      asked.map((span) => span.spanContext().spanId),
    );
    expect(asked[0]?.attributes).toMatchObject({ "rpc.system.name": "ws_kit", "rpc.method": "ADD" });
    for (const [, second, third] of [asked, answered]) {
      for (const span of [second, third]) {
        expect(span?.attributes["error.type"]).toBe("OUT_OF_RANGE");
        expect(span?.attributes["rpc.status_code"]).toBe("OUT_OF_RANGE");
        expect(span?.status.code).toBe(SpanStatusCode.ERROR);
      }
    }
  });
});

it("says how a message's handler ended", async () => {
  const { client } = world();
  const ada = client();
  ada.send(Say, { text: "throw" });
  ada.send(Say, { text: "error" });
  await vi.waitFor(() => expect(ended("process SAY")).toHaveLength(2));
  const [threw, erred] = ended("process SAY");
  expect(threw).toMatchObject({ attributes: { "error.type": "INTERNAL" }, status: { code: SpanStatusCode.ERROR } });
  expect(threw?.events[0]?.attributes?.["exception.message"]).toBe("No such room");
  expect(erred).toMatchObject({ attributes: { "error.type": "NOT_FOUND" }, events: [] });
});

it("goes with the meta that a message declares", async () => {
  const { client } = world();
  const ada = client();
  const heard: string[] = [];
  ada.on(Said, ({ payload }) => heard.push(payload.text));
  ada.send(Marked, { n: 1 }, { meta: { tenant: "acme" } });
  await vi.waitFor(() => expect(ended("process MARKED")).toHaveLength(1));
  expect(parentOf(ended("process MARKED")[0])).toBe("send MARKED");
  await vi.waitFor(() => expect(heard).toEqual(["true"]));
});

it("tells of whatever a handler throws", async () => {
  const { client } = world();
  const ada = client();
  const problems: unknown[] = [];
  ada.onError((_error, { type }) => problems.push(type));
  const thrown: unknown[] = [null, "text", 7, { code: 7 }];
  const all = [...thrown];
  ada.on(Said, () => {
    throw all.shift();
  });
  for (const _ of thrown) ada.send(Marked, { n: 1 }, { meta: { tenant: "acme" } });
  await vi.waitFor(() => expect(ended("process SAID")).toHaveLength(4));
  expect(ended("process SAID").map(({ status, attributes }) => [status.code, attributes["error.type"]])).toEqual([
    [SpanStatusCode.ERROR, "Error"],
    [SpanStatusCode.ERROR, "Error"],
    [SpanStatusCode.ERROR, "Error"],
    [SpanStatusCode.ERROR, "7"],
  ]);
  expect(problems).toEqual(["handler", "handler", "handler", "handler"]);
});

it("takes no text for a trace that is none", async () => {
  const { server } = world(0);
  const peer = await server.connect();
  for (const traceparent of ["x", "", `00-${"0".repeat(32)}-${"0".repeat(16)}-01`]) {
    peer.sendRaw({ type: "SAY", meta: { traceparent }, payload: { text: "hello" } });
  }
  await server.settle();
  expect(ended("process SAY")).toEqual([]);
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  peer.sendRaw({ type: "SAY", meta: { traceparent }, payload: { text: "hello" } });
  await server.settle();
  expect(ended("process SAY")).toHaveLength(1);
});

it("ends the span of a request that nobody is left to be answered as a failure", async () => {
  const router = instrument(createRouter()).rpc(Add, async ({ signal }) => {
    await once(signal, "abort");
  });
  const server = createTestServer(router);
  const peer = await server.connect();
  peer.request(Add, { a: 1, b: 2 }).catch(() => {});
  await server.clock.advance(1);
  peer.close();
  await vi.waitFor(() => expect(ended("ADD")).toHaveLength(1));
  expect(ended("ADD")).toMatchObject([
    {
      status: { code: SpanStatusCode.ERROR },
      attributes: { "error.type": "abandoned", "ws_kit.outcome": "abandoned" },
    },
  ]);
});

describe("what a peer sends as a trace", () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  it("brings no baggage, and takes none of the server's away", async () => {
    propagation.disable();
    propagation.setGlobalPropagator(
      new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
    );
    const seen: unknown[] = [];
    const router = instrument(createRouter()).on(Say, (ctx) => {
      seen.push(propagation.getActiveBaggage());
      const own = propagation.setBaggage(context.active(), propagation.createBaggage({ salary: { value: "9" } }));
      context.with(own, () => ctx.send(Said, ctx.payload));
    });
    const server = createTestServer(router);
    const peer = await server.connect();
    peer.sendRaw({ type: "SAY", meta: { traceparent, baggage: "role=admin" }, payload: { text: "hello" } });
    const { meta } = await peer.next();
    expect(seen).toEqual([undefined]);
    expect(Object.keys(meta as object)).toEqual(["traceparent"]);
    propagation.disable();
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  });

  it.each([
    ["not sampled", { traceparent: `${traceparent.slice(0, -2)}00` }, 0],
    ["with a state of its vendor", { traceparent, tracestate: "vendor=1" }, 1],
    ["with a state that is none", { traceparent, tracestate: `,,=;${"x".repeat(10_000)}` }, 1],
    ["with a state that is no text", { traceparent, tracestate: { a: 1 } }, 1],
    ["of a later version", { traceparent: `cc${traceparent.slice(2)}-what-is-to-come` }, 1],
    ["of a version that there is not", { traceparent: `ff${traceparent.slice(2)}` }, 0],
    ["of no text", { traceparent: [traceparent] }, 0],
  ])("is followed as far as it is one: %s", async (_, meta, spansOfIt) => {
    const { server } = world(0);
    const peer = await server.connect();
    peer.sendRaw({ type: "SAY", meta, payload: { text: "hello" } });
    await server.settle();
    expect(ended("process SAY")).toHaveLength(spansOfIt);
    expect(ended("process SAY").map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(
      spansOfIt === 0 ? [] : ["b7ad6b7169203331"],
    );
  });
});

it("draws who is traced at the root, and follows a trace that is there", async () => {
  const { client, server } = world(0, 0);
  const ada = client();
  await ada.request(Add, { a: 1, b: 2 });
  expect(spans.getFinishedSpans()).toEqual([]);
  await tracer.startActiveSpan("click", async (span) => {
    await ada.request(Add, { a: 1, b: 2 });
    span.end();
  });
  await server.settle();
  expect(spans.getFinishedSpans().map(({ name }) => name)).toEqual(["ADD", "ADD", "click"]);
});

it("refuses options that there are not, and shares out of range", () => {
  expect(() => instrument(createRouter(), { sample: 2 })).toThrow(RangeError);
  expect(() => instrument(createRouter(), { sampel: 1 } as never)).toThrow("sampel");
  expect(() => traced(wsClient({ url: "ws://test/" }), { sample: -1 })).toThrow(RangeError);
});
