import { type Attributes, type Context, context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { broughtBy, carrying } from "./carrier.ts";
import { failure, messaging, rpc } from "./names.ts";
import { checked, type TracingOptions } from "./options.ts";

export type { TracingOptions } from "./options.ts";

/** Any function of a client. What is its own type is kept by whoever calls it. */
type Call = (...args: unknown[]) => unknown;

interface Definition {
  readonly type: string;
}

/** A client, as far as it is traced: that of `@ws-kit/client`, or a lite one with some of its parts. */
export interface TracedClient {
  send: (...args: never[]) => boolean;
  on: (...args: never[]) => () => void;
  once: (...args: never[]) => () => void;
}

/**
 * The same client, of which each request and message sent is a span, and carries the trace on in its `meta` (W3C Trace
 * Context). A handler of a message, or of a server's request, that came with a trace runs within a span of that trace.
 *
 * @throws TypeError for an option that there is not; RangeError for a share out of range.
 * @example
 * const client = traced(wsClient({ url }), { sample: 0.1 });
 */
export function traced<C extends TracedClient>(client: C, options: TracingOptions = {}): C {
  const { sample, tracer = trace.getTracer("@ws-kit/otel") } = checked("traced()", options);
  const inner = client as unknown as Readonly<Record<string, Call | undefined>>;

  /** A span around what is sent; nothing where there is no trace and none is begun. */
  const begin = (name: string, kind: SpanKind, attributes: object): [Span, Context] | undefined => {
    if (trace.getActiveSpan() === undefined && Math.random() >= sample) return undefined;
    const span = tracer.startSpan(name, { kind, attributes: { ...attributes } });
    return [span, trace.setSpan(context.active(), span)];
  };

  const asks =
    (method: string): Call =>
    (...args) => {
      const { type } = args[0] as Definition;
      const begun = begin(type, SpanKind.CLIENT, rpc(type));
      if (begun === undefined) return inner[method]?.(...args);
      const [span, within] = begun;
      const result = inner[method]?.(...withMeta(args, carrying(within)));
      const answer = (result as { readonly result?: PromiseLike<unknown> }).result ?? (result as PromiseLike<unknown>);
      answer.then(
        (got) => end(span, (got as { readonly error?: unknown } | undefined)?.error, true),
        (error: unknown) => end(span, error, true),
      );
      return result;
    };

  /** A method that is given a handler, of which each call that came with a trace is a span. */
  const hears =
    (method: string, spanOf: (type: string) => Beginning, source = inner): Call =>
    (message, handler) =>
      source[method]?.(message, (received: { readonly meta?: Readonly<Record<string, unknown>> }) => {
        const parent = broughtBy(received.meta);
        if (parent === undefined) return (handler as Call)(received);
        const { name, kind, attributes } = spanOf((message as Definition).type);
        const span = tracer.startSpan(name, { kind, attributes }, parent);
        const isRpc = kind === SpanKind.SERVER;
        return context.with(trace.setSpan(parent, span), () => handled(span, isRpc, () => (handler as Call)(received)));
      });

  const overridden: Record<string, Call> = {
    send(...args) {
      const { type } = args[0] as Definition;
      const begun = begin(`send ${type}`, SpanKind.PRODUCER, messaging("send", type));
      if (begun === undefined) return inner["send"]?.(...args);
      const [span, within] = begun;
      const taken = inner["send"]?.(...withMeta(args, carrying(within)));
      end(span, taken === true ? undefined : new Error("Not taken"), false);
      return taken;
    },
    on: hears("on", processing),
    once: hears("once", processing),
  };
  if (inner["handle"]) overridden["handle"] = hears("handle", answering);
  for (const method of ["request", "attempt", "stream"]) if (inner[method]) overridden[method] = asks(method);
  if (inner["subscribe"]) {
    overridden["subscribe"] = (...args) => {
      const subscription = inner["subscribe"]?.(...args) as Readonly<Record<string, Call>>;
      return overriding(subscription, { on: hears("on", processing, subscription) });
    };
  }
  return overriding(client, overridden);
}

/** The same object, with some functions in the place of its own. */
function overriding<T extends object>(object: T, overridden: Readonly<Record<string, Call>>): T {
  return new Proxy(object, {
    get: (target, key) =>
      typeof key === "string" && Object.hasOwn(overridden, key)
        ? overridden[key]
        : (Reflect.get(target, key) as unknown),
  });
}

/** How the span of a handler begins. */
interface Beginning {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

function processing(type: string): Beginning {
  return { name: `process ${type}`, kind: SpanKind.CONSUMER, attributes: messaging("process", type) };
}

function answering(type: string): Beginning {
  return { name: type, kind: SpanKind.SERVER, attributes: rpc(type) };
}

/** The arguments of `send` or `request` with this in their meta: they end with options, before which a response may stand. */
function withMeta(args: readonly unknown[], carrier: Record<string, string>): unknown[] {
  const [message, payload, third, fourth] = args;
  const named = typeof third === "object" && third !== null && "kind" in third;
  const options = (named ? fourth : third) as { readonly meta?: object } | undefined;
  // The application's own go first.
  const given = { ...options, meta: { ...carrier, ...options?.meta } };
  return named ? [message, payload, third, given] : [message, payload, given];
}

function end(span: Span, error: unknown, isRpc: boolean): void {
  if (error !== undefined) {
    // Anything may be thrown.
    const { code, name = "Error" } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
    const type = String(code ?? name);
    span.setAttributes(failure(type, typeof code === "string" ? code : undefined, isRpc));
    span.recordException(error instanceof Error ? error : typeof error === "string" ? error : type);
    span.setStatus({ code: SpanStatusCode.ERROR, message: type });
  }
  span.end();
}

/** Ends the span with what the handler does. */
function handled(span: Span, isRpc: boolean, handler: () => unknown): unknown {
  const over = (error?: unknown): void => end(span, error, isRpc);
  try {
    const result = handler();
    if (result instanceof Promise) result.then(() => over(), over);
    else over();
    return result;
  } catch (error) {
    over(error);
    throw error;
  }
}
