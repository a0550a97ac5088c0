import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";

/** OpenTelemetry's own SDK, which keeps what it is told in memory. */
export const spans = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(provider);

export const tracer = trace.getTracer("application");

/** What has ended, by name. */
export function ended(name: string): ReadableSpan[] {
  return spans.getFinishedSpans().filter((span) => span.name === name);
}

/** A meter, and what reads it. */
export function meters() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const given = new MeterProvider({ readers: [reader] });
  return {
    meter: given.getMeter("test"),
    /** Values by name, each with its attributes; of a histogram its count. */
    async read(): Promise<Record<string, { value: number; attributes: object }[]>> {
      exporter.reset();
      await reader.forceFlush();
      const found: Record<string, { value: number; attributes: object }[]> = {};
      for (const { scopeMetrics } of exporter.getMetrics()) {
        for (const { metrics } of scopeMetrics) {
          for (const { descriptor, dataPoints } of metrics) {
            found[descriptor.name] = dataPoints.map(({ value, attributes }) => ({
              value: typeof value === "number" ? value : (value as { count: number }).count,
              attributes,
            }));
          }
        }
      }
      return found;
    },
    stop: () => given.shutdown(),
  };
}
