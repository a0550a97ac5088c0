import type { RequestEvents, Serving } from "../ports/nodes.ts";
import type { Packet } from "../protocol/codec.ts";

/** A request that was put to other nodes, until nobody wants its answer. */
interface Put {
  readonly events: RequestEvents;
  /** Nodes whose clients are being asked. */
  readonly nodes: Set<string>;
}

/** Requests between nodes: those that this one has put to others, and those of others that are being asked here. */
export class Requests {
  private readonly put = new Map<number, Put>();
  /** By node, and its number of the request. */
  private readonly served = new Map<string, Map<number, Serving>>();

  begin(id: number, events: RequestEvents): void {
    this.put.set(id, { events, nodes: new Set() });
  }

  /** A node is asking so many clients. */
  told(id: number, node: string, count: number): void {
    if (count > 0) this.put.get(id)?.nodes.add(node);
  }

  answered(id: number, node: string, outcome: Packet): void {
    const put = this.put.get(id);
    put?.nodes.delete(node);
    put?.events.answered(node, outcome);
  }

  /** @returns the nodes that are still asking. */
  end(id: number): Iterable<string> {
    const nodes = this.put.get(id)?.nodes ?? [];
    this.put.delete(id);
    return nodes;
  }

  serve(node: string, id: number, serving: Serving): void {
    let of = this.served.get(node);
    if (of === undefined) this.served.set(node, (of = new Map()));
    of.set(id, serving);
  }

  /** Another node wants no answer any more. */
  stop(node: string, id: number): void {
    this.served.get(node)?.get(id)?.stop();
    this.done(node, id);
  }

  /** A request of another node has ended here. */
  done(node: string, id: number): void {
    const of = this.served.get(node);
    if (of?.delete(id) === true && of.size === 0) this.served.delete(node);
  }

  /** A node is gone: it answers nothing, and wants no answer. */
  without(node: string): void {
    for (const { events, nodes } of this.put.values()) if (nodes.delete(node)) events.lost(node);
    for (const serving of this.served.get(node)?.values() ?? []) serving.stop();
    this.served.delete(node);
  }

  /** This node ends. */
  close(): void {
    for (const { events, nodes } of this.put.values()) for (const node of nodes) events.lost(node);
    this.put.clear();
    for (const of of this.served.values()) for (const serving of of.values()) serving.stop();
    this.served.clear();
  }
}
