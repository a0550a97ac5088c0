import { connect, type Msg, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import { Dialing, type Packet, type EngineSession, type NodeSide, type Wire } from "@ws-kit/core/extend";

/** What the client does by itself when a connection is lost is done by the session, which has to know when. */
const NOTHING_BY_ITSELF: NodeConnectionOptions = { reconnect: false, waitOnFirstConnect: false, timeout: 3_000 };

/** Two connections: what is published by the first does not come back to it, so the second proves that it works. */
class Pair implements Wire {
  readonly followed: Map<string, { unsubscribe(): void }> = new Map();
  readonly main: NatsConnection;
  readonly witness: NatsConnection;

  constructor(main: NatsConnection, witness: NatsConnection) {
    this.main = main;
    this.witness = witness;
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

  constructor(options: NodeConnectionOptions, node: NodeSide, prefix: string) {
    this.options = options;
    this.node = node;
    this.prefix = prefix;
    this.dialing = new Dialing((lost) => this.dial(lost), node);
  }

  async follow(topics: readonly string[]): Promise<void> {
    const { main, followed } = this.dialing.connected;
    for (const topic of topics) {
      if (followed.has(topic)) continue;
      const callback = (error: Error | null, msg: Msg): void => this.arrived(topic, error, msg);
      followed.set(topic, main.subscribe(this.subject(topic), { callback }));
    }
    // The server has taken a subscription when it answers the ping that was sent after it.
    await main.flush();
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
    // The client does not say when it was sent: what is published in this turn of the event loop leaves together.
    return new Promise((resolve) => void setImmediate(resolve));
  }

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

  /** Topics have dots, spaces and wildcards in them. */
  private subject(topic: string): string {
    return `${this.prefix}.t.${Buffer.from(topic).toString("base64url")}`;
  }

  private ownSubject(connection: "main" | "witness"): string {
    return `${this.prefix}.n.${this.node.id}.${connection}`;
  }

  private arrived(topic: string, error: Error | null, msg: Msg): void {
    if (error === null) this.node.deliver(topic, this.node.bytes ? msg.data : msg.string());
    else this.dialing.reconnect(error);
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
    const pair = new Pair(main, witness);
    for (const connection of [main, witness]) {
      void connection
        .closed()
        .then((error) => lost(error instanceof Error ? error : new Error("The connection to NATS has ended")));
    }
    main.subscribe(this.ownSubject("main"), {
      callback: (_error, msg) => main.publish(this.ownSubject("witness"), msg.data),
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
