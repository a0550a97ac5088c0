import {
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type TextMapGetter,
  type TextMapSetter,
  trace,
} from "@opentelemetry/api";

/** Where a context travels: the meta of a message. */
type Carrier = Readonly<Record<string, unknown>>;

/**
 * What W3C Trace Context calls itself there, and all that travels: peers are the public, who are neither told what a server keeps
 * as baggage, nor believed with their own.
 */
const KEYS = ["traceparent", "tracestate"];

const getter: TextMapGetter<Carrier> = {
  keys: (meta) => KEYS.filter((key) => typeof meta[key] === "string"),
  get(meta, key) {
    const value = KEYS.includes(key) ? meta[key] : undefined;
    return typeof value === "string" ? value : undefined;
  },
};

const setter: TextMapSetter<Record<string, string>> = {
  set(meta, key, value) {
    if (KEYS.includes(key)) meta[key] = value;
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
  propagation.inject(from, carrier, setter);
  return carrier;
}
