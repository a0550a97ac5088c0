import type { Attributes, BatchObservableResult, Meter } from "@opentelemetry/api";
import {
  type Closed,
  type EndCount,
  EndCounts,
  type ExtensionListener,
  type Published,
  type Refused,
  type UpgradeRefused,
} from "@ws-kit/core/extend";
import type { ClusterState } from "@ws-kit/core";
import type { Ended } from "./asked.ts";
import { ending, ERROR_TYPE, failure, messaging, OUTCOME, rpc } from "./names.ts";

/** Seconds, as the conventions advise for both histograms, and below: a handler is done in less than HTTP takes. */
const BOUNDARIES = [0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Counted by what they have in common; a counter of the SDK costs more than an echo, so it is told the sums when it asks. */
class Counts {
  private readonly counts = new Map<string, { readonly attributes: Attributes; count: number }>();

  add(key: string, attributes: () => Attributes): void {
    const known = this.counts.get(key);
    if (known === undefined) this.counts.set(key, { attributes: attributes(), count: 1 });
    else known.count++;
  }

  *[Symbol.iterator](): Iterator<readonly [number, Attributes]> {
    for (const { count, attributes } of this.counts.values()) yield [count, attributes];
  }
}

/** How a message ended. */
type Way = Pick<EndCount, "type" | "kind" | "outcome" | "code">;

function attributesOf(way: Way): Attributes {
  const { type, kind, outcome } = way;
  const isRpc = kind === "rpc";
  return { ...(isRpc ? rpc(type) : messaging("process", type)), [OUTCOME]: outcome, ...ending(way, isRpc) };
}

/** The figures of all listeners of a router. */
export class Metrics {
  private readonly listeners = new Set<ExtensionListener>();
  private readonly ends = new EndCounts();
  private readonly refused = new Counts();
  private readonly published = new Counts();
  private readonly upgrades = new Counts();
  private readonly closed = new Counts();
  private readonly cluster: () => ClusterState | undefined;
  private readonly record: (seconds: number, isRpc: boolean, attributes: Attributes) => void;
  private readonly recordAsked: (seconds: number, attributes: Attributes) => void;

  constructor(meter: Meter, cluster: () => ClusterState | undefined) {
    this.cluster = cluster;
    const duration = (name: string, description: string) =>
      meter.createHistogram(name, { description, unit: "s", advice: { explicitBucketBoundaries: BOUNDARIES } });
    const processed = duration("messaging.process.duration", "How long handlers of messages took");
    const called = duration("rpc.server.call.duration", "How long requests took from their turn to their answer");
    this.record = (seconds, isRpc, attributes) => (isRpc ? called : processed).record(seconds, attributes);

    const asked = duration("rpc.client.call.duration", "How long clients took to answer what the server asked");
    this.recordAsked = (seconds, attributes) => asked.record(seconds, attributes);

    const counter = (name: string, unit: string, description: string) =>
      meter.createObservableCounter(`ws_kit.server.${name}`, { unit, description });
    const gauge = (name: string, unit: string, description: string) =>
      meter.createObservableGauge(`ws_kit.server.${name}`, { unit, description });
    const counters = [
      [counter("refused", "{frame}", "Frames that got to no handler"), this.refused],
      [counter("published", "{message}", "Messages published here"), this.published],
      [counter("upgrades.refused", "{request}", "Upgrades that were refused"), this.upgrades],
      [counter("disconnections", "{connection}", "Connections that have ended"), this.closed],
    ] as const;
    const messages = counter("messages", "{message}", "Messages and requests that have ended");
    // What may be added up over processes; topics may not, since several follow the same.
    const sum = (name: string, unit: string, description: string) =>
      meter.createObservableUpDownCounter(`ws_kit.server.${name}`, { unit, description });
    const connections = sum("connections", "{connection}", "Connections");
    const buffered = sum("buffered", "By", "Bytes sent to peers that have not read them");
    const topics = gauge("topics", "{topic}", "Topics that somebody follows");
    const link = gauge("cluster.link", "{link}", "1 while the link to the other nodes is up, 0 while it is down");
    const lost = counter(
      "cluster.lost",
      "{message}",
      "Publishes of which it is not known whether other nodes got them",
    );

    meter.addBatchObservableCallback(
      (result) => {
        for (const [instrument, counts] of counters) {
          for (const [count, attributes] of counts) result.observe(instrument, count, attributes);
        }
        for (const way of this.ends) result.observe(messages, way.count, attributesOf(way));
        this.look(result, { connections, buffered, topics });
        const state = this.cluster();
        if (state === undefined) return;
        const attributes = { "ws_kit.engine": state.engine };
        result.observe(link, state.state === "up" ? 1 : 0, attributes);
        result.observe(lost, state.counters.lost, attributes);
      },
      [...counters.map(([instrument]) => instrument), messages, connections, buffered, topics, link, lost],
    );
  }

  private look(
    result: BatchObservableResult,
    {
      connections,
      buffered,
      topics,
    }: Record<"connections" | "buffered" | "topics", ReturnType<Meter["createObservableGauge"]>>,
  ): void {
    let bytes = 0;
    let open = 0;
    const followed = new Set<string>();
    for (const listener of this.listeners) {
      open += listener.connections.size;
      for (const connection of listener.connections) bytes += listener.buffered(connection);
      for (const topic of listener.topics()) followed.add(topic);
    }
    result.observe(connections, open);
    result.observe(buffered, bytes);
    result.observe(topics, followed.size);
  }

  begun(listener: ExtensionListener): void {
    this.listeners.add(listener);
    listener.countEnds(this.ends);
  }

  ended(listener: ExtensionListener): void {
    this.listeners.delete(listener);
  }

  settled(ended: Way, ms: number): void {
    this.record(ms / 1_000, ended.kind === "rpc", attributesOf(ended));
  }

  answered({ type, code, ms }: Ended): void {
    this.recordAsked(ms / 1_000, { ...rpc(type), ...(code !== undefined && failure(code, code, true)) });
  }

  frameRefused({ code, by }: Refused): void {
    this.refused.add(`${code} ${by}`, () => ({
      [ERROR_TYPE]: code ?? "dropped",
      ...(by === undefined ? {} : { "ws_kit.by": by }),
    }));
  }

  publishedOne({ type }: Published): void {
    this.published.add(type, () => messaging("send", type));
  }

  upgradeRefused({ cause, status }: UpgradeRefused): void {
    this.upgrades.add(`${cause} ${status}`, () => ({ "ws_kit.cause": cause, "http.response.status_code": status }));
  }

  closedWith({ code, byServer }: Closed): void {
    // A peer chooses among two thousand codes, of which each would be a series for ever.
    const told = !byServer && code >= 3_000 ? "application" : code;
    this.closed.add(String(told), () => ({ "ws_kit.close.code": told }));
  }
}
