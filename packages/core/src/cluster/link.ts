import type { ClusterState } from "../api/cluster.ts";
import { wallTime } from "../base/clock.ts";
import { toError } from "../base/thrown.ts";
import { attempt } from "../base/when.ts";
import type { LogEvents } from "../ports/engine-log.ts";
import type { EngineSession } from "../ports/engine.ts";
import type { Packet } from "../protocol/codec.ts";
import { type Frame, unpack } from "./bundle.ts";
import { Channels, type Heard } from "./channels.ts";
import { Interest } from "./interest.ts";
import { type LinkOptions, type Local, nodeId } from "./link-options.ts";
import { NodeLeases } from "./node-leases.ts";
import { Outbox } from "./outbox.ts";
import { Reasons } from "./reasons.ts";
import { Seen } from "./seen.ts";

const PROBE_EVERY_MS = 1_000;
const PROBE_TIMEOUT_MS = 3_000;

/**
 * One process's link to the other nodes of its router, whatever the number of its listeners and whichever the engine.
 * Finds out by itself whether it works: a message to the node's own channel has to come back every second.
 */
export class Link {
  readonly locals: Set<Local> = new Set();
  readonly nodeId: string = nodeId();
  readonly logs: LogEvents | undefined;
  /** The nodes that have leases; undefined where nothing asks for them. */
  readonly leases: NodeLeases | undefined;
  private readonly channels: Channels;
  private readonly session: EngineSession;
  private readonly interest: Interest;
  readonly outbox: Outbox;
  private readonly seen = new Seen();
  private readonly reasons: Reasons;
  /** The engine answers: "up" is said when everything is followed as well. */
  private linked = false;
  private state: "up" | "down" = "down";
  private changedAt: number;
  /**
   * When the link was last known to bring everything, by the monotonic clock as all times here; undefined before the first probe. That is where
   * the probe before the last answered one was sent: what was published before it may still have been on its way between
   * its publisher and the engine when the next one came back.
   */
  private provenAt: number | undefined = undefined;
  private answeredAt: number | undefined = undefined;
  /** A probe was answered on this connection. */
  private proven = false;
  private ready = false;
  private downSince = 0;
  /** Being down was said: once, and not before the first probe's time is over. */
  private told = false;
  private probeTimer: unknown = undefined;
  private generation = 0;
  private received = 0;
  private dropped = 0;
  private closed = false;

  private readonly options: LinkOptions;

  constructor(options: LinkOptions) {
    this.options = options;
    const { clock, engine, logger } = options;
    this.changedAt = clock.monotonic();
    this.interest = new Interest(clock, options.engineTimeoutMs, {
      complete: () => this.restored(),
      forgotten: (topic) => {
        this.seen.forget(topic);
        this.logs?.forgotten(topic);
      },
      failed: (error) => logger.warn(`${engine.name} refused to follow topics; it is asked again`, error),
    });
    this.outbox = new Outbox(clock, this.nodeId, options.maxEngineBytes, (error) => this.unusable(toError(error)));
    this.channels = new Channels(this);
    this.reasons = new Reasons(engine.name, logger);
    this.logs = options.logs?.(this);
    const refused = (error: unknown): void => logger.warn(`${engine.name} refused what nodes say of themselves`, error);
    this.leases = options.members === true ? new NodeLeases(clock, this.nodeId, refused) : undefined;
    this.probeTimer = clock.setTimeout(this.absent, PROBE_TIMEOUT_MS);
    this.session = engine.connect({
      id: this.nodeId,
      bytes: options.bytes,
      records: this.logs !== undefined,
      members: this.leases !== undefined,
      deliver: (topic, packet) => this.deliver(topic, packet),
      keepingOf: (topic) => this.logs?.keepingOf(topic),
      added: (topic, frame) => this.closed || this.logs?.added(topic, frame),
      changed: (topic, epoch) => this.closed || this.logs?.changed(topic, epoch),
      link: (state, cause) => (state === "up" ? this.up() : this.down(cause)),
    });
    // An engine that is there at once has said so before it gave its session.
    if (this.linked) this.begin();
  }

  get cluster(): ClusterState {
    const { outbox } = this;
    return {
      state: this.state,
      sinceMs: wallTime(this.options.clock, this.changedAt),
      ready: this.ready,
      nodeId: this.nodeId,
      engine: this.options.engine.name,
      topics: this.interest.size,
      counters: {
        published: outbox.published,
        packets: outbox.packets,
        lost: outbox.lost,
        received: this.received,
        dropped: this.dropped,
      },
    };
  }

  /**
   * A connection of the listener follows the topic.
   * @param first Whether it is the listener's first to.
   * @returns a promise where the engine has yet to confirm.
   */
  follow(topic: string, first: boolean): Promise<void> | undefined {
    if (first) {
      this.interest.add(topic);
      this.seen.keep(topic);
    }
    return this.interest.whenEffective(topic);
  }

  /** The listener's last follower of the topic has left. */
  unfollow(topic: string): void {
    this.interest.delete(topic);
  }

  /** Hears what other nodes publish under a name that is no topic's, until `unlisten`. */
  listen(name: string, heard: Heard): Promise<void> | undefined {
    return this.channels.listen(name, heard);
  }

  unlisten(name: string): void {
    this.channels.unlisten(name);
  }

  /** Hands a frame to the other nodes. */
  publish(topic: string, frame: Frame): "sent" | "away" {
    return this.outbox.add(topic, frame) ? "sent" : "away";
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.stopProbing();
    this.interest.close();
    this.outbox.down();
    this.logs?.down();
    await this.leases?.close();
    this.seen.clear();
    await this.session.close();
  }

  private deliver(topic: string, packet: Packet): void {
    const bundle = unpack(packet);
    if (bundle === undefined) {
      this.options.logger.warn(`${this.options.engine.name} brought something that no node of this version sends`);
      return;
    }
    const { node, number, before, frames } = bundle;
    // Its own came to its own listeners when it was published.
    if (node === this.nodeId || this.closed) return;
    const { deliver, missingSince } = this.seen.judge(topic, node, number, before, this.options.clock.monotonic());
    if (missingSince !== undefined) this.missed(missingSince);
    if (!deliver) {
      this.dropped += frames.length;
      return;
    }
    this.received += frames.length;
    if (this.channels.heard(topic, frames)) return;
    for (const frame of frames) for (const local of this.locals) local.arrived(topic, frame);
  }

  private up(): void {
    if (this.closed) return;
    // Said twice: it has connected anew without a word about the end of the old connection.
    if (this.linked) this.down(new Error("The connection was replaced"));
    this.linked = true;
    if (this.session !== undefined) this.begin();
  }

  private begin(): void {
    this.generation++;
    this.proven = false;
    this.stopProbing();
    this.outbox.up(this.session);
    this.interest.up(this.session);
    if (this.session.log !== undefined) this.logs?.up(this.session.log);
    if (this.session.members !== undefined) this.leases?.up(this.session.members);
    this.probe();
  }

  private down(cause = new Error("The connection was lost")): void {
    if (this.closed) return;
    if (!this.linked) return this.reasons.add(cause, this.told);
    this.linked = false;
    this.generation++;
    this.stopProbing();
    const oldest = this.outbox.oldest;
    if (oldest !== undefined && this.provenAt !== undefined) this.provenAt = Math.min(oldest, this.provenAt);
    this.outbox.down();
    this.logs?.down();
    this.leases?.down();
    this.interest.down();
    this.seen.interrupted();
    if (this.state === "up") this.change("down");
    this.tellDown(cause);
  }

  /** Everything that is wanted here is followed, and a probe came back. */
  private restored(): void {
    if (this.state === "up" || !this.linked || !this.proven || !this.interest.complete) return;
    this.ready = true;
    this.change("up");
    this.tellUp();
    this.leases?.behind();
  }

  private tellUp(): void {
    const atMs = this.options.clock.now();
    const sinceMs = this.told ? wallTime(this.options.clock, this.downSince) : atMs;
    this.told = false;
    this.reasons.clear();
    const engine = this.options.engine.name;
    this.options.report({ state: "up", engine, sinceMs, atMs, downMs: atMs - sinceMs, topics: this.interest.size });
  }

  private tellDown(cause: Error, since = this.provenAt ?? this.changedAt): void {
    if (this.told) {
      this.downSince = Math.min(since, this.downSince);
      return;
    }
    this.told = true;
    this.downSince = since;
    this.reasons.told(cause);
    const { clock, engine, report } = this.options;
    report({ state: "down", engine: engine.name, sinceMs: wallTime(clock, since), atMs: clock.now(), cause });
  }

  /** Something did not arrive though nothing was ever seen of the link but that it works. */
  private missed(lastAt: number): void {
    // What came last was published some time before it arrived: not longer than a probe is waited for.
    const since = Math.min(lastAt, this.provenAt ?? this.changedAt) - PROBE_TIMEOUT_MS;
    const isUp = this.state === "up";
    this.tellDown(new Error("A packet of another node is missing"), since);
    if (isUp) this.tellUp();
    this.leases?.behind();
  }

  private change(state: "up" | "down"): void {
    this.state = state;
    this.changedAt = this.options.clock.monotonic();
  }

  /** It was not there at the start either. */
  private readonly absent = (): void => {
    this.probeTimer = undefined;
    this.tellDown(this.reasons.absence());
  };

  private readonly probe = (): void => {
    const { clock } = this.options;
    const { generation } = this;
    const sentAt = clock.monotonic();
    this.probeTimer = clock.setTimeout(() => {
      this.probeTimer = undefined;
      this.unusable(new Error(`No probe came back within ${PROBE_TIMEOUT_MS} ms`));
    }, PROBE_TIMEOUT_MS);
    attempt(() => this.session.probe()).then(
      () => {
        if (generation !== this.generation) return;
        this.stopProbing();
        this.provenAt = this.answeredAt ?? sentAt;
        this.answeredAt = sentAt;
        this.proven = true;
        this.restored();
        this.probeTimer = clock.setTimeout(this.probe, PROBE_EVERY_MS);
      },
      (error: unknown) => {
        if (generation === this.generation) this.unusable(toError(error));
      },
    );
  };

  private stopProbing(): void {
    this.options.clock.clearTimeout(this.probeTimer);
    this.probeTimer = undefined;
  }

  /** Whatever the library believes, this connection does not carry. */
  private unusable(cause: Error): void {
    if (!this.linked) return;
    this.down(cause);
    void attempt(() => this.session.reconnect(cause));
  }
}
