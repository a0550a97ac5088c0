/** A page whose button says something, and which shows what others say; its spans are there to be read. */
import { trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { StackContextManager, WebTracerProvider } from "@opentelemetry/sdk-trace-web";
import { wsClient } from "@ws-kit/client/zod";
import { traced } from "@ws-kit/otel/client";
import { Join, Said, Say } from "./messages.ts";

const exporter = new InMemorySpanExporter();
const provider = new WebTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register({ contextManager: new StackContextManager(), propagator: new W3CTraceContextPropagator() });

const tracer = trace.getTracer("page");
const client = traced(wsClient({ url: new URLSearchParams(location.search).get("url") ?? "" }));
const line = document.body.appendChild(document.createElement("p"));
client.on(Said, ({ payload }) => void (line.textContent = payload.text));
client.onOpen(({ send }) => send(Join));
void client.connect().then(() => document.body.classList.add("open"));
const button = document.body.appendChild(document.createElement("button"));
button.addEventListener("click", () =>
  tracer.startActiveSpan("click", (span) => {
    client.send(Say, { text: "hello" });
    span.end();
  }),
);

Object.assign(globalThis, {
  spansOfPage: () =>
    exporter.getFinishedSpans().map((span) => ({
      name: span.name,
      id: span.spanContext().spanId,
      trace: span.spanContext().traceId,
      parent: span.parentSpanContext?.spanId,
    })),
});
