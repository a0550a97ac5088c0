import { Dialing, type EngineSession, type NodeSide, type Packet } from "@ws-kit/core/extend";

/** Two connections: were there one, an output buffer that Redis cuts off would end publishing too. */
export interface Wire {
  /** Resolves when both answer commands, which a Redis that is loading its data does not. */
  open(): Promise<unknown>;
  subscribe(channels: readonly string[]): Promise<unknown>;
  unsubscribe(channels: readonly string[]): Promise<unknown>;
  publish(channel: string, packet: Packet): Promise<unknown>;
  /** Ends both at once; safe at any time, and more than once. */
  destroy(): void;
}

export interface WireEvents {
  readonly message: (channel: string, packet: Packet) => void;
  readonly lost: (cause: Error) => void;
}

/** Makes one that is not open yet, with a client that neither queues nor reconnects nor subscribes again by itself. */
export type Dial = (events: WireEvents, bytes: boolean) => Wire | Promise<Wire>;

/** Plain pub/sub, or the sharded one of a cluster: there a channel belongs to a slot, and the slot to one server. */
export type Kind = "plain" | "sharded";

/** One node's way to one Redis server. */
export class RedisSession implements EngineSession {
  private readonly dialing: Dialing<Wire>;
  private readonly node: NodeSide;
  /** Before the colon there is none, so that no prefix and topic spell another prefix and topic. */
  private readonly prefix: string;
  private readonly ownChannel: string;

  constructor(dial: Dial, node: NodeSide, prefix: string) {
    this.node = node;
    this.prefix = `${prefix}:`;
    this.ownChannel = `${prefix}~${node.id}`;
    this.dialing = new Dialing((lost) => this.dial(dial, lost), node);
  }

  follow(topics: readonly string[]): Promise<unknown> {
    return this.dialing.connected.subscribe(topics.map((topic) => this.prefix + topic));
  }

  unfollow(topics: readonly string[]): Promise<unknown> {
    return this.dialing.connected.unsubscribe(topics.map((topic) => this.prefix + topic));
  }

  publish(topic: string, packet: Packet): Promise<unknown> {
    return this.dialing.connected.publish(this.prefix + topic, packet);
  }

  probe(): Promise<void> {
    return this.dialing.probe((wire, id) => wire.publish(this.ownChannel, id));
  }

  reconnect(cause: Error): void {
    this.dialing.reconnect(cause);
  }

  close(): Promise<void> {
    return this.dialing.close();
  }

  private async dial(dial: Dial, lost: (cause: Error) => void): Promise<Wire> {
    const wire = await dial({ message: this.message, lost }, this.node.bytes);
    try {
      await wire.open();
      await wire.subscribe([this.ownChannel]);
      return wire;
    } catch (error) {
      wire.destroy();
      throw error;
    }
  }

  private readonly message = (channel: string, packet: Packet): void => {
    if (channel !== this.ownChannel) this.node.deliver(channel.slice(this.prefix.length), packet);
    else this.dialing.answered(typeof packet === "string" ? packet : new TextDecoder().decode(packet));
  };
}
