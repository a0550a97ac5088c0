import { metrics, trace } from "@opentelemetry/api";
import type { ClusterState } from "@ws-kit/core";
import type { End, Extension, ExtensionConnection, Outgoing } from "@ws-kit/core/extend";
import { Asked } from "./asked.ts";
import { Metrics } from "./metrics.ts";
import { checked, type InstrumentOptions } from "./options.ts";
import { isStamped, spanAround, stamp } from "./spans.ts";

export type { InstrumentOptions, TracingOptions } from "./options.ts";

/** A router, as far as it is instrumented. */
export interface Instrumented {
  readonly cluster: ClusterState | undefined;
  extend(extension: Extension): unknown;
  use(middleware: never): unknown;
  messages(): readonly { readonly type: string; readonly kind: "on" | "rpc" }[];
}

const NAME = "@ws-kit/otel";

/**
 * Has a router tell OpenTelemetry what it does: a span for each message and request, within which their handlers run, and
 * metrics. What a handler sends and publishes carries the trace on, in its `meta` (W3C Trace Context), also to other nodes.
 * Call it before other middleware, so that theirs is part of the span. Without an SDK that is registered nothing is told.
 *
 * @returns the router.
 * @throws TypeError for an option that there is not; RangeError for a share out of range.
 * @example
 * const router = instrument(createRouter(), { sample: 0.01 });
 */
export function instrument<R extends Instrumented>(router: R, options: InstrumentOptions = {}): R {
  const { sample, tracer = trace.getTracer(NAME), meter = metrics.getMeter(NAME) } = checked("instrument()", options);
  const figures = new Metrics(meter, () => router.cluster);
  const requests = new Map<string, boolean>();
  const isRpc = (type: string): boolean => {
    let known = requests.get(type);
    if (known === undefined) {
      for (const { type: routed, kind } of router.messages()) requests.set(routed, kind === "rpc");
      known = requests.get(type) ?? false;
    }
    return known;
  };
  const settled = (type: string, kind: "on" | "rpc", { outcome, code }: End, ms: number): void =>
    figures.settled({ type, kind, outcome, code }, ms);
  router.use(spanAround(tracer, sample, isRpc, settled) as never);
  router.extend({
    name: NAME,
    // What is drawn is timed here: the clock costs more than all the rest of what is not.
    timed: false,
    setup(listener) {
      figures.begun(listener);
      const asked = new Asked(tracer, sample, listener.clock);
      return {
        stamp: Object.assign(
          (to: ExtensionConnection | undefined, outgoing: Outgoing) =>
            outgoing.kind === "request" ? asked.begun(to, outgoing) : stamp(outgoing),
          { when: isStamped },
        ),
        answered(_, fact) {
          const ended = asked.ended(fact);
          if (ended !== undefined) figures.answered(ended);
        },
        refused: (_, fact) => figures.frameRefused(fact),
        published: (_, fact) => figures.publishedOne(fact),
        upgradeRefused: (_, fact) => figures.upgradeRefused(fact),
        closed: (_, fact) => figures.closedWith(fact),
        disposed: () => figures.ended(listener),
      };
    },
  });
  return router;
}
