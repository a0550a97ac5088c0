import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import { clockOf, type End, metaOf, type Outgoing, watchEnd } from "@ws-kit/core/extend";
import { broughtBy, carrying } from "./carrier.ts";
import { CLIENT_ID, ending, messaging, OUTCOME, rpc, TOPIC } from "./names.ts";

/** What middleware is given, as far as it is told of. */
interface Handled {
  readonly type: string;
  readonly clientId: string;
  readonly meta: object;
}

/** Middleware that surrounds few messages. */
interface Around {
  (ctx: Handled, next: () => unknown): unknown;
  readonly when: (ctx: Handled) => boolean;
}

/** Told of a message that was drawn. @param ms From its turn to its end. */
type Timed = (type: string, kind: "on" | "rpc", end: End, ms: number) => void;

/**
 * Surrounds what comes after it in a message's chain with a span, of those messages that are to have one, and times those that
 * were drawn.
 */
export function spanAround(tracer: Tracer, sample: number, isRpc: (type: string) => boolean, timed: Timed): Around {
  let isDrawn = false;
  /** Asked right before the middleware, which it is asked for. */
  const when = (ctx: Handled): boolean => {
    isDrawn = sample === 1 || Math.random() < sample;
    if (isDrawn) return true;
    const meta = metaOf(ctx);
    return meta !== undefined && broughtBy(meta) !== undefined;
  };
  const around = (ctx: Handled, next: () => unknown): unknown => {
    const { type } = ctx;
    const from = broughtBy(metaOf(ctx)) ?? ROOT_CONTEXT;
    const request = isRpc(type);
    const span = tracer.startSpan(
      request ? type : `process ${type}`,
      {
        kind: request ? SpanKind.SERVER : SpanKind.CONSUMER,
        attributes: { ...(request ? rpc(type) : messaging("process", type)), [CLIENT_ID]: ctx.clientId },
      },
      from,
    );
    const clock = isDrawn ? clockOf(ctx) : undefined;
    const since = clock?.monotonic() ?? 0;
    watchEnd(ctx, (end) => {
      endSpan(span, end, request);
      if (clock !== undefined) timed(type, request ? "rpc" : "on", end, clock.monotonic() - since);
    });
    return context.with(trace.setSpan(from, span), () => noting(span, next));
  };
  return Object.assign(around, { when });
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

function endSpan(span: Span, end: End, isRpc: boolean): void {
  const { outcome, code, repeated } = end;
  span.setAttribute(OUTCOME, repeated ? "repeated" : outcome);
  if (code !== undefined || outcome === "abandoned") span.setAttributes(ending(end, isRpc));
  if (outcome === "error" || outcome === "abandoned") {
    span.setStatus({ code: SpanStatusCode.ERROR, ...(code === undefined ? {} : { message: code }) });
  }
  span.end();
}

/** Whether what leaves carries a trace on. An answer does not: it belongs to the span of whoever asked. */
export function isStamped(kind: Outgoing["kind"]): boolean {
  // Asked for each message that is sent, most of which nothing traces.
  return (
    kind === "request" ||
    (kind === "message" && context.active() !== ROOT_CONTEXT && trace.getActiveSpan() !== undefined)
  );
}

/** What a message that is sent or published is given, so that who gets it goes on with the trace in which it was sent. */
export function stamp({ type, topic }: Outgoing): Record<string, string> {
  if (topic !== undefined) {
    trace.getActiveSpan()?.addEvent("publish", { "messaging.destination.name": type, [TOPIC]: topic });
  }
  return carrying();
}
