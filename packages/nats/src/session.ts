import {
  connect,
  type Msg,
  type NatsConnection,
  type NodeConnectionOptions,
  type Subscription,
} from "@nats-io/transport-node";
import { Dialing, type EngineSession, type Keeping, type NodeSide, type Packet, type Wire } from "@ws-kit/core/extend";

import { NatsLog, type NatsLogSide } from "./log.ts";
import { NatsMembers } from "./members.ts";
import { severedIn } from "./severed.ts";
import { token } from "./names.ts";
import { type RecordOptions, Streams } from "./streams.ts";

/** What the client does by itself when a connection is lost is done by the session, which has to know when. */
const NOTHING_BY_ITSELF: NodeConnectionOptions = { reconnect: false, waitOnFirstConnect: false, timeout: 3_000 };

/** Topics whose subjects are remembered. */
const MAX_SUBJECTS = 1_000;

/** Two connections: what is published by the first does not come back to it, so the second proves that it works. */
class Pair implements Wire {
  readonly followed: Map<string, { unsubscribe(): void }> = new Map();
  readonly main: NatsConnection;
  readonly witness: NatsConnection;
  readonly streams: Streams;

  constructor(main: NatsConnection, witness: NatsConnection, streams: Streams) {
    this.main = main;
    this.witness = witness;
    this.streams = streams;
  }

  destroy(): void {
    for (const connection of [this.main, this.witness]) void connection.close().catch(() => {});
  }
}

/** One node's way to NATS. */
export class NatsSession implements EngineSession {
  private readonly dialing: Dialing<Pair>;
  private readonly options: NodeConnectionOptions;
  private readonly node: NodeSide;
  private readonly prefix: string;
  private readonly records: RecordOptions;
  private turn: Promise<void> | undefined = undefined;
  private turnEnds: () => void = () => {};
  /** Of the topics that were published to or followed last. */
  private readonly subjects = new Map<string, string>();
  readonly log: NatsLog;
  readonly members: NatsMembers;

  constructor(options: NodeConnectionOptions, node: NodeSide, prefix: string, records: RecordOptions) {
    this.options = options;
    this.node = node;
    this.prefix = prefix;
    this.records = records;
    const side = (): NatsLogSide => {
      const { main: connection, streams } = this.dialing.connected;
      return { connection, streams };
    };
    this.log = new NatsLog(side, node.bytes, `${prefix}.c`);
    this.members = new NatsMembers(side, prefix);
    this.dialing = new Dialing((lost) => this.dial(lost), node);
  }

  async follow(topics: readonly string[]): Promise<void> {
    const { main, followed, streams } = this.dialing.connected;
    const kept = topics.map((topic) => this.node.keepingOf(topic));
    // How their frames are numbered is known only then.
    const opened = await Promise.allSettled(kept.map(async (keeping) => keeping && streams.of(keeping)));
    for (const [i, topic] of topics.entries()) {
      const keeping = kept[i];
      if (followed.has(topic) || opened[i]?.status === "rejected") continue;
      const live = main.subscribe(this.subject(topic), { callback: (error, msg) => this.arrived(topic, error, msg) });
      const log = keeping && this.followLog(main, streams, topic, keeping);
      followed.set(topic, {
        unsubscribe() {
          live.unsubscribe();
          log?.unsubscribe();
        },
      });
    }
    // The server has taken a subscription when it answers the ping that was sent after it.
    await main.flush();
    const refused = opened.find((one) => one.status === "rejected");
    if (refused !== undefined) throw refused.reason;
  }

  get maxPacketBytes(): number | undefined {
    return this.dialing.connected.main.info?.max_payload;
  }

  unfollow(topics: readonly string[]): void {
    const { followed } = this.dialing.connected;
    for (const topic of topics) {
      followed.get(topic)?.unsubscribe();
      followed.delete(topic);
    }
  }

  publish(topic: string, packet: Packet): Promise<void> {
    this.dialing.connected.main.publish(this.subject(topic), packet);
    return (this.turn ??= new Promise(this.endOfTurn));
  }

  /** The client does not say when something was sent: what is published in this turn of the event loop leaves together. */
  private readonly endOfTurn = (resolve: () => void): void => {
    this.turnEnds = resolve;
    setImmediate(this.endTurn);
  };

  private readonly endTurn = (): void => {
    this.turn = undefined;
    this.turnEnds();
  };

  /** From the one connection to the other, and back. */
  probe(): Promise<void> {
    return this.dialing.probe(({ witness }, id) => witness.publish(this.ownSubject("main"), id));
  }

  reconnect(cause: Error): void {
    this.dialing.reconnect(cause);
  }

  close(): Promise<void> {
    return this.dialing.close();
  }

  private subject(topic: string): string {
    const known = this.subjects.get(topic);
    if (known !== undefined) return known;
    const subject = `${this.prefix}.t.${token(topic)}`;
    if (this.subjects.size >= MAX_SUBJECTS) this.subjects.clear();
    this.subjects.set(topic, subject);
    return subject;
  }

  private ownSubject(connection: "main" | "witness"): string {
    return `${this.prefix}.n.${this.node.id}.${connection}`;
  }

  private arrived(topic: string, error: Error | null, msg: Msg): void {
    if (error === null) this.node.deliver(topic, this.node.bytes ? msg.data : msg.string());
    else this.dialing.reconnect(error);
  }

  private changed(streams: Streams, told: string): void {
    const change = severedIn(told);
    if (change === undefined) return;
    const { topic, ...severed } = change;
    streams.severed.remember(topic, severed);
    this.node.changed(topic, severed.epoch);
  }

  private followLog(main: NatsConnection, streams: Streams, topic: string, keeping: Keeping): Subscription | undefined {
    let last = 0;
    const callback = (error: Error | null, msg: Msg): void => {
      const stream = streams.opened(keeping);
      if (error !== null) return this.dialing.reconnect(error);
      if (stream === undefined) return;
      const frame = this.log.frame(streams.severed.standOf(stream, topic), msg);
      const before = last;
      last = frame.offset;
      if (frame.offset > before) return this.node.added(topic, frame);
      // What has come since is read, under the name that it then has.
      this.log.restarted(topic, keeping, before).then(
        (epoch) => epoch !== undefined && this.node.changed(topic, epoch),
        // Looked at again with the next one.
        () => (last = before),
      );
    };
    const stream = streams.opened(keeping);
    return stream && main.subscribe(stream.republished(topic), { callback });
  }

  private async dial(lost: (cause: Error) => void): Promise<Pair> {
    const dials = await Promise.allSettled([
      connect({ ...this.options, ...NOTHING_BY_ITSELF, noEcho: true }),
      connect({ ...this.options, ...NOTHING_BY_ITSELF }),
    ]);
    const [main, witness] = dials.map((dialed) => (dialed.status === "fulfilled" ? dialed.value : undefined));
    if (main === undefined || witness === undefined) {
      for (const connection of [main, witness]) void connection?.close();
      throw dials.find((dialed) => dialed.status === "rejected")?.reason as Error;
    }
    const pair = new Pair(main, witness, new Streams(main, this.prefix, this.records));
    for (const connection of [main, witness]) {
      void connection
        .closed()
        .then((error) => lost(error instanceof Error ? error : new Error("The connection to NATS has ended")));
    }
    main.subscribe(this.ownSubject("main"), {
      callback: (_error, msg) => main.publish(this.ownSubject("witness"), msg.data),
    });
    main.subscribe(`${this.prefix}.c`, {
      callback: (error, msg) => void (error === null && this.changed(pair.streams, msg.string())),
    });
    witness.subscribe(this.ownSubject("witness"), { callback: (_error, msg) => this.dialing.answered(msg.string()) });
    try {
      await Promise.all([main.flush(), witness.flush()]);
      return pair;
    } catch (error) {
      pair.destroy();
      throw error;
    }
  }
}
