import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import type { Router } from "@ws-kit/core";
import { instrument } from "@ws-kit/otel";
import { rateLimit, rateLimitGate } from "@ws-kit/rate-limit";

/** A limit that lets all through. */
const PLENTY = { limit: 1_000_000_000, perMs: 1_000 };

/** Puts on a router what most of the measured servers go without. @param telemetry Share of what is traced. */
export function extend(router: Router, limit: "gate" | "middleware" | undefined, telemetry: number): void {
  if (telemetry > 0) {
    const tracer = new BasicTracerProvider().getTracer("bench");
    instrument(router, { sample: telemetry, tracer, meter: new MeterProvider().getMeter("bench") });
  }
  if (limit === "gate") router.extend(rateLimitGate(PLENTY));
  if (limit === "middleware") router.use(rateLimit(PLENTY));
}
