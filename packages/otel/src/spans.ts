import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import { clockOf, metaOf, type Outgoing, type Settled } from "@ws-kit/core/extend";
import { broughtBy, carrying } from "./carrier.ts";
import { CLIENT_ID, ERROR_TYPE, messaging, OUTCOME, rpc, TOPIC } from "./names.ts";

/** In a message's meta, where they stay when the meta is checked; a frame does not carry them. */
const SPAN = Symbol("span");
const BEGUN_AT = Symbol("begunAt");

interface Marked {
  [SPAN]?: Span;
  [BEGUN_AT]?: number;
}

/** What middleware is given, as far as it is told of. */
interface Handled {
  readonly type: string;
  readonly clientId: string;
  readonly meta: object;
}

/**
 * Surrounds what comes after it in a message's chain with a span, of those messages that are to have one, and notes when those
 * began that were drawn.
 */
export function spanAround(tracer: Tracer, sample: number, isRpc: (type: string) => boolean) {
  return (ctx: Handled, next: () => unknown): unknown => {
    const parent = broughtBy(metaOf(ctx));
    const isDrawn = sample === 1 || Math.random() < sample;
    if (isDrawn) (ctx.meta as Marked)[BEGUN_AT] = clockOf(ctx).monotonic();
    else if (parent === undefined) return next();
    const request = isRpc(ctx.type);
    const span = tracer.startSpan(
      request ? ctx.type : `process ${ctx.type}`,
      {
        kind: request ? SpanKind.SERVER : SpanKind.CONSUMER,
        attributes: {
          ...(request ? rpc(ctx.type) : messaging("process", ctx.type)),
          [CLIENT_ID]: ctx.clientId,
        },
      },
      parent ?? ROOT_CONTEXT,
    );
    (ctx.meta as Marked)[SPAN] = span;
    return context.with(trace.setSpan(parent ?? ROOT_CONTEXT, span), () => noting(span, next));
  };
}

/** What is thrown is the handler's end, and goes on. */
function noting(span: Span, next: () => unknown): unknown {
  const note = (error: unknown): never => {
    span.recordException(error instanceof Error ? error : String(error));
    throw error;
  };
  try {
    const result = next();
    return result instanceof Promise ? result.catch(note) : result;
  } catch (error) {
    return note(error);
  }
}

/** Ends the span of a message that has one. */
export function endSpan({ meta, outcome, code, repeated }: Settled): void {
  const span = (meta as Marked | undefined)?.[SPAN];
  if (span === undefined) return;
  span.setAttribute(OUTCOME, repeated ? "repeated" : outcome);
  if (code !== undefined) span.setAttribute(ERROR_TYPE, code);
  if (outcome === "error" || outcome === "abandoned") {
    span.setStatus({ code: SpanStatusCode.ERROR, ...(code === undefined ? {} : { message: code }) });
  }
  span.end();
}

/** When a message began, by the clock of its listener; undefined where it was not drawn, or its turn never came. */
export function begunAt({ meta }: Settled): number | undefined {
  return (meta as Marked | undefined)?.[BEGUN_AT];
}

/** What a message that is sent or published is given, so that who gets it goes on with the trace in which it was sent. */
export function stamp({ type, topic, correlationId }: Outgoing): Record<string, string> | undefined {
  // The answer belongs to the span of whoever asked.
  if (correlationId !== undefined) return undefined;
  const span = trace.getActiveSpan();
  if (span === undefined) return undefined;
  if (topic !== undefined) span.addEvent("publish", { "messaging.destination.name": type, [TOPIC]: topic });
  return carrying();
}
