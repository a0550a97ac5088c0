import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import type { Answered, Clock, ExtensionConnection, Outgoing } from "@ws-kit/core/extend";
import { broughtBy, carrying } from "./carrier.ts";
import { CLIENT_ID, failure, rpc } from "./names.ts";

/** A request of the server's whose end is waited for. */
interface Open {
  readonly span: Span;
  /** When it was asked, by the clock of its listener, where it is among those that are timed. */
  readonly since: number | undefined;
}

/** What is told of one that has ended. */
export interface Ended {
  readonly type: string;
  readonly code: string | undefined;
  readonly ms: number;
}

/** The requests of one listener to its clients: a span each, of those that are drawn or part of a trace. */
export class Asked {
  private readonly open = new Map<string, Open>();
  private readonly tracer: Tracer;
  private readonly sample: number;
  private readonly clock: Clock;

  constructor(tracer: Tracer, sample: number, clock: Clock) {
    this.tracer = tracer;
    this.sample = sample;
    this.clock = clock;
  }

  /** @returns what it carries on in its meta. */
  begun(
    to: ExtensionConnection | undefined,
    { type, meta, correlationId }: Outgoing,
  ): Record<string, string> | undefined {
    const active = trace.getActiveSpan() === undefined ? undefined : context.active();
    // A request to all clients of a user has come from another node.
    const parent = active ?? broughtBy(meta);
    const isDrawn = this.sample === 1 || Math.random() < this.sample;
    if (correlationId === undefined || (parent === undefined && !isDrawn)) return undefined;
    const from = parent ?? ROOT_CONTEXT;
    const attributes = { ...rpc(type), ...(to !== undefined && { [CLIENT_ID]: to.clientId }) };
    const span = this.tracer.startSpan(type, { kind: SpanKind.CLIENT, attributes }, from);
    this.open.set(correlationId, { span, since: isDrawn ? this.clock.monotonic() : undefined });
    return carrying(trace.setSpan(from, span));
  }

  /** @returns what is to be told of it, where it is among those that are timed. */
  ended({ type, correlationId, code }: Answered): Ended | undefined {
    const asked = this.open.get(correlationId);
    if (asked === undefined) return undefined;
    this.open.delete(correlationId);
    const { span, since } = asked;
    if (code !== undefined) {
      span.setAttributes(failure(code, code, true));
      span.setStatus({ code: SpanStatusCode.ERROR, message: code });
    }
    span.end();
    return since === undefined ? undefined : { type, code, ms: this.clock.monotonic() - since };
  }
}
