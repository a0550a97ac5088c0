import {
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type TextMapGetter,
  trace,
} from "@opentelemetry/api";

/** Where a context travels: the meta of a message, in which W3C Trace Context calls itself `traceparent` and `tracestate`. */
type Carrier = Readonly<Record<string, unknown>>;

const getter: TextMapGetter<Carrier> = {
  keys: (meta) => Object.keys(meta),
  get(meta, key) {
    const value = meta[key];
    return typeof value === "string" ? value : undefined;
  },
};

/** The context that a message brought; undefined where it brought none. */
export function broughtBy(meta: Carrier | undefined): Context | undefined {
  // What every propagator of traces in use here writes; looking for it is cheaper than asking them.
  if (typeof meta?.["traceparent"] !== "string") return undefined;
  const brought = propagation.extract(ROOT_CONTEXT, meta, getter);
  const span = trace.getSpanContext(brought);
  return span !== undefined && isSpanContextValid(span) ? brought : undefined;
}

/** What a message is given to carry on with the trace of this context. */
export function carrying(from: Context = context.active()): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(from, carrier);
  return carrier;
}
