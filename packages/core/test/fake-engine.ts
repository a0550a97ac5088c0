import type { Engine, EngineSession, NodeSide } from "../src/ports/engine.ts";
import type { MemberStore } from "../src/ports/member-store.ts";
import type { Packet } from "../src/protocol/codec.ts";

/** What becomes of a command or a packet of the fake engine. */
export interface Whims {
  /** Rejects the command. */
  refuses?(command: "follow" | "publish" | "probe" | "members"): boolean;
  /** Milliseconds until it is done; `Infinity` never. */
  takes?(command: "follow" | "publish" | "probe" | "members" | "delivery"): number;
  /** How often a packet arrives, and at which of the others' turn. */
  copies?(): number;
  /** The most that a packet may have. */
  readonly maxPacketBytes?: number;
}

/** Nodes of one test, an engine between them, and time that the test moves. Deaf: everything is answered, nothing arrives. */
export class FakeEngine implements Engine {
  readonly name: string = "fake";
  readonly sessions: Set<FakeSession> = new Set();
  readonly calls: string[] = [];
  up = true;
  readonly members = true;
  /** What all nodes say of themselves: gone when it is emptied. */
  readonly leases: Map<string, number> = new Map();
  readonly sets: Map<string, Map<string, Map<string, string>>> = new Map();
  time: () => number = () => Date.now();

  readonly setTimer: (callback: () => void, ms: number) => unknown;
  readonly whims: Whims;

  constructor(setTimer: (callback: () => void, ms: number) => unknown, whims: Whims = {}) {
    this.setTimer = setTimer;
    this.whims = whims;
  }

  connect(node: NodeSide): EngineSession {
    const session = new FakeSession(this, node);
    this.sessions.add(session);
    if (this.up) session.open();
    return session;
  }

  /** As `kill -9`: subscriptions and what is under way are gone. */
  kill(): void {
    this.up = false;
    for (const session of this.sessions) session.cut();
  }

  /** Back again; each session after its own time. */
  start(after: (session: FakeSession) => number = () => 0): void {
    this.up = true;
    for (const session of this.sessions) this.setTimer(() => this.up && session.open(), after(session));
  }
}

/** As Redis keeps them. */
class FakeMembers implements MemberStore {
  private readonly session: FakeSession;
  private readonly engine: FakeEngine;

  constructor(session: FakeSession, engine: FakeEngine) {
    this.session = session;
    this.engine = engine;
  }

  renew(node: string, leaseMs: number, begins: boolean): Promise<ReadonlyMap<string, number> | undefined> {
    const { leases } = this.engine;
    return this.does(() => {
      const now = this.engine.time();
      if (!begins && !((leases.get(node) ?? 0) > now)) return undefined;
      leases.set(node, now + leaseMs);
      return new Map([...leases].map(([name, endsAt]) => [name, endsAt - now]));
    });
  }

  release(node: string, inMs: number): Promise<unknown> {
    return this.does(() => this.engine.leases.set(node, this.engine.time() + inMs));
  }

  write(set: string, node: string, changes: ReadonlyMap<string, string | undefined>): Promise<unknown> {
    return this.does(() => {
      const nodes = this.engine.sets.get(set) ?? new Map<string, Map<string, string>>();
      this.engine.sets.set(set, nodes);
      const entries = nodes.get(node) ?? new Map<string, string>();
      nodes.set(node, entries);
      for (const [entry, text] of changes) {
        if (text === undefined) entries.delete(entry);
        else entries.set(entry, text);
      }
      if (entries.size === 0) nodes.delete(node);
    });
  }

  read(set: string): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    return this.does(() => {
      const nodes = [...(this.engine.sets.get(set) ?? [])].filter(([node]) => this.engine.leases.has(node));
      return new Map(nodes.map(([node, entries]) => [node, new Map(entries)]));
    });
  }

  sweep(node: string): Promise<unknown> {
    return this.does(() => {
      for (const nodes of this.engine.sets.values()) nodes.delete(node);
      this.engine.leases.delete(node);
    });
  }

  private does<T>(act: () => T): Promise<T> {
    let done!: T;
    return this.session.does("members", () => (done = act())).then(() => done);
  }
}

export class FakeSession implements EngineSession {
  readonly members: MemberStore;
  readonly maxPacketBytes: number | undefined;
  readonly topics: Set<string> = new Set();
  deaf = false;
  private generation = 0;
  /** Deliveries under way; a probe comes back behind those that were before it. */
  private readonly arriving: Set<Promise<void>> = new Set();
  private isOpen = false;

  readonly node: NodeSide;
  private readonly engine: FakeEngine;

  constructor(engine: FakeEngine, node: NodeSide) {
    this.engine = engine;
    this.node = node;
    this.members = new FakeMembers(this, engine);
    this.maxPacketBytes = engine.whims.maxPacketBytes;
  }

  open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.deaf = false;
    this.node.link("up");
  }

  cut(cause: Error = new Error("gone")): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.generation++;
    this.topics.clear();
    this.node.link("down", cause);
  }

  follow(topics: readonly string[]): Promise<void> {
    return this.does("follow", () => {
      for (const topic of topics) {
        this.topics.add(topic);
        this.engine.calls.push(`+${topic}`);
      }
    });
  }

  unfollow(topics: readonly string[]): void {
    for (const topic of topics) {
      this.topics.delete(topic);
      this.engine.calls.push(`-${topic}`);
    }
  }

  publish(topic: string, packet: Packet): Promise<void> {
    if (Buffer.byteLength(packet) > (this.maxPacketBytes ?? Infinity)) return Promise.reject(new Error("Too large"));
    return this.does("publish", () => {
      for (const other of this.engine.sessions) if (other.topics.has(topic)) other.receive(topic, packet);
    });
  }

  probe(): Promise<void> {
    return this.does("probe", () => (this.deaf ? new Promise<void>(() => {}) : Promise.all(this.arriving)));
  }

  reconnect(cause: Error): void {
    this.engine.calls.push(`reconnect: ${cause.message}`);
    this.cut(cause);
    if (this.engine.up) this.engine.setTimer(() => this.engine.up && this.open(), 100);
  }

  close(): void {
    this.isOpen = false;
    this.engine.sessions.delete(this);
  }

  private receive(topic: string, packet: Packet): void {
    const { generation } = this;
    for (let copies = this.engine.whims.copies?.() ?? 1; copies > 0; copies--) {
      const arrives = new Promise<void>((resolve) => {
        this.after(this.engine.whims.takes?.("delivery") ?? 0, () => {
          if (generation === this.generation && !this.deaf) this.node.deliver(topic, packet);
          resolve();
        });
      });
      this.arriving.add(arrives);
      void arrives.then(() => this.arriving.delete(arrives));
    }
  }

  does(command: "follow" | "publish" | "probe" | "members", act: () => unknown): Promise<void> {
    const { generation } = this;
    if (!this.isOpen) return Promise.reject(new Error("not connected"));
    if (this.engine.whims.refuses?.(command) === true) return Promise.reject(new Error(`refused ${command}`));
    return new Promise((resolve, reject) => {
      this.after(this.engine.whims.takes?.(command) ?? 0, () => {
        if (generation !== this.generation) reject(new Error("connection lost"));
        else Promise.resolve(act()).then(() => resolve(), reject);
      });
    });
  }

  private after(ms: number, act: () => void): void {
    if (ms === Infinity) return;
    if (ms <= 0) act();
    else this.engine.setTimer(act, ms);
  }
}
