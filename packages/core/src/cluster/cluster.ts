import type { ClusterState } from "../api/cluster.ts";
import type { LogEvents } from "../ports/engine-log.ts";
import type { Engine, NodeLink } from "../ports/engine.ts";
import type { MemberEvents, Members } from "../ports/member-store.ts";
import type { NodeAnswers, NodeRequest, RequestEvents, UserAsk, UserRequest } from "../ports/nodes.ts";
import type { Frame } from "./bundle.ts";
import type { Heard } from "./channels.ts";
import { Link } from "./link.ts";
import type { LinkOptions, Local } from "./link-options.ts";
import { type Answers, Nodes } from "./nodes.ts";
import { shardOf } from "./shards.ts";

/** This process's links to the servers of its engine: one, or one for each of those that share the topics. */
export class Cluster implements NodeLink {
  private readonly first: Link;
  private readonly links: readonly Link[];
  private readonly names: readonly string[];
  private readonly name: string;
  private readonly nodes: Nodes | undefined;

  /** @param answers Does here what other nodes ask about users; left out where nobody knows any. */
  constructor(options: LinkOptions, answers?: Answers) {
    const { engine } = options;
    const [server = engine, ...others]: readonly Engine[] = engine.shards ?? [];
    this.name = engine.name;
    this.names = [server, ...others].map(({ name }) => name);
    const report: LinkOptions["report"] = (change) => {
      options.report(change);
      if (change.state === "up") this.nodes?.greet();
    };
    const link = (each: Engine): Link => new Link({ ...options, report, engine: each });
    this.first = link(server);
    this.links = [this.first, ...others.map(link)];
    const { bytes, clock } = options;
    this.nodes = answers && new Nodes({ id: this.first.nodeId, post: this, clock, bytes, ...answers });
  }

  /** `up` where all of them are; figures are sums. */
  get state(): ClusterState {
    const states = this.links.map((link) => link.cluster);
    const down = states.find(({ state }) => state === "down");
    const { nodeId, counters } = this.first.cluster;
    const sum = (of: (state: ClusterState) => number): number => states.reduce((total, state) => total + of(state), 0);
    const keys = Object.keys(counters) as (keyof typeof counters)[];
    return {
      state: down === undefined ? "up" : "down",
      sinceMs: down?.sinceMs ?? Math.max(...states.map(({ sinceMs }) => sinceMs)),
      ready: states.every(({ ready }) => ready),
      nodeId,
      engine: this.name,
      topics: sum(({ topics }) => topics),
      counters: Object.fromEntries(
        keys.map((key) => [key, sum((state) => state.counters[key])]),
      ) as unknown as typeof counters,
    };
  }

  get size(): number {
    return this.first.locals.size;
  }

  add(local: Local): void {
    for (const { locals } of this.links) locals.add(local);
  }

  delete(local: Local): void {
    for (const { locals } of this.links) locals.delete(local);
  }

  follow(topic: string, first: boolean): Promise<void> | undefined {
    return this.linkOf(topic).follow(topic, first);
  }

  unfollow(topic: string): void {
    this.linkOf(topic).unfollow(topic);
  }

  publish(topic: string, frame: Frame): "sent" | "away" {
    return this.linkOf(topic).publish(topic, frame);
  }

  limitOf(topic: string, frame: Frame): number | undefined {
    return this.linkOf(topic).outbox.limitOf(frame);
  }

  listen(name: string, heard: Heard): Promise<void> | undefined {
    return this.linkOf(name).listen(name, heard);
  }

  unlisten(name: string): void {
    this.linkOf(name).unlisten(name);
  }

  /** The nodes of the server that has what is said under this name. */
  membersOf(name: string): Members | undefined {
    return this.linkOf(name).leases;
  }

  /** Tells of the nodes of each server. */
  watchMembers(events: MemberEvents): void {
    for (const { leases } of this.links) leases?.listen(events);
  }

  askNodes(what: UserAsk, frame: Frame): Promise<NodeAnswers> | undefined {
    return this.nodes?.ask(what, frame);
  }

  requestOfNodes(what: UserRequest, frame: Frame, events: RequestEvents): NodeRequest | undefined {
    return this.nodes?.request(what, frame, events);
  }

  /** The recorded topics of the server that keeps this one. */
  logsOf(topic: string): LogEvents | undefined {
    return this.linkOf(topic).logs;
  }

  async close(): Promise<void> {
    this.nodes?.close();
    // What was said last leaves first.
    await Promise.resolve();
    await Promise.all(this.links.map((link) => link.close()));
  }

  private linkOf(topic: string): Link {
    return this.links.length === 1 ? this.first : (this.links[shardOf(topic, this.names)] ?? this.first);
  }
}
