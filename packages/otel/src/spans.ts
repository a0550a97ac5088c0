import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import type { Outgoing, Settled } from "@ws-kit/core/extend";
import { broughtBy, carrying } from "./carrier.ts";
import { CLIENT_ID, ERROR_TYPE, messaging, OUTCOME, rpc, TOPIC } from "./names.ts";

/** In a message's meta, where it stays when the meta is checked; a frame does not carry it. */
const SPAN = Symbol("span");

interface Spanned {
  [SPAN]?: Span;
}

/** What middleware is given, as far as it is told of. */
interface Handled {
  readonly type: string;
  readonly clientId: string;
  readonly meta: object;
}

/** Surrounds what comes after it in a message's chain with a span, of those messages that are to have one. */
export function spanAround(tracer: Tracer, sample: number, isRpc: (type: string) => boolean) {
  return (ctx: Handled, next: () => unknown): unknown => {
    const parent = broughtBy(ctx.meta as Record<string, unknown>);
    if (parent === undefined && (sample === 0 || Math.random() >= sample)) return next();
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
    (ctx.meta as Spanned)[SPAN] = span;
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
  const span = (meta as Spanned | undefined)?.[SPAN];
  if (span === undefined) return;
  span.setAttribute(OUTCOME, repeated ? "repeated" : outcome);
  if (code !== undefined) span.setAttribute(ERROR_TYPE, code);
  if (outcome === "error" || outcome === "abandoned") {
    span.setStatus({ code: SpanStatusCode.ERROR, ...(code === undefined ? {} : { message: code }) });
  }
  span.end();
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
