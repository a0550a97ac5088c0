import {
  Dialing,
  type EngineLog,
  type EngineSession,
  type MemberStore,
  type NodeSide,
  type Packet,
} from "@ws-kit/core/extend";

import type { Reply } from "./run-script.ts";
import { changedTo, logFrame, RedisLog } from "./log.ts";
import { RedisMembers } from "./members.ts";
import { refuseReplica } from "./replica.ts";
import { MEMBER_SCRIPTS, RECORD_SCRIPTS } from "./scripts.ts";

/** Two connections: were there one, an output buffer that Redis cuts off would end publishing too. */
export interface Wire {
  /** Resolves when both answer commands, which a Redis that is loading its data does not. */
  open(): Promise<unknown>;
  subscribe(channels: readonly string[]): Promise<unknown>;
  unsubscribe(channels: readonly string[]): Promise<unknown>;
  publish(channel: string, packet: Packet): Promise<unknown>;
  /** Any command, on the connection that publishes. Texts come as text, and as bytes where packets are bytes. */
  command(args: readonly Packet[]): Promise<Reply>;
  /** Ends both at once; safe at any time, and more than once. */
  destroy(): void;
}

export interface WireEvents {
  readonly message: (channel: string, packet: Packet) => void;
  readonly lost: (cause: Error) => void;
}

/**
 * Makes one that is not open yet, with a client that neither queues nor reconnects nor subscribes again by itself.
 * @param one Of one connection, for who subscribes to nothing: it keeps no process running that waits for no answer.
 */
export type Dial = (events: WireEvents, bytes: boolean, one?: "one") => Wire | Promise<Wire>;

/** Plain pub/sub, or the sharded one of a cluster: there a channel belongs to a slot, and the slot to one server. */
export type Kind = "plain" | "sharded";

/** One node's way to one Redis server. */
export class RedisSession implements EngineSession {
  private readonly dialing: Dialing<Wire>;
  private readonly node: NodeSide;
  /** Before the colon there is none, so that no prefix and topic spell another prefix and topic. */
  private readonly prefix: string;
  private readonly ownChannel: string;
  readonly log: EngineLog;
  readonly members: MemberStore;

  constructor(dial: Dial, node: NodeSide, prefix: string, kind: Kind) {
    this.node = node;
    this.prefix = `${prefix}:`;
    this.ownChannel = `${prefix}~${node.id}`;
    this.dialing = new Dialing((lost) => this.dial(dial, lost), node);
    const command = (): Wire["command"] => {
      const wire = this.dialing.connected;
      return (args) => wire.command(args);
    };
    this.log = new RedisLog(prefix, kind === "sharded", command, (cause) => this.reconnect(cause));
    this.members = new RedisMembers(prefix, command);
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
    return this.dialing.probe(async (wire, id) => {
      await refuseReplica((args) => wire.command(args));
      await wire.publish(this.ownChannel, id);
    });
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
      await refuseReplica((args) => wire.command(args));
      await wire.subscribe([this.ownChannel]);
      // So that those that are under way together keep their order: none of them has to be run again by its text.
      const scripts = [...(this.node.records ? RECORD_SCRIPTS : []), ...(this.node.members ? MEMBER_SCRIPTS : [])];
      await Promise.all(scripts.map(({ text }) => wire.command(["SCRIPT", "LOAD", text])));
      return wire;
    } catch (error) {
      wire.destroy();
      throw error;
    }
  }

  private readonly message = (channel: string, packet: Packet): void => {
    if (channel !== this.ownChannel) this.arrived(channel.slice(this.prefix.length), packet);
    else this.dialing.answered(typeof packet === "string" ? packet : new TextDecoder().decode(packet));
  };

  private arrived(topic: string, packet: Packet): void {
    const frame = logFrame(packet);
    if (frame !== undefined) return this.node.added(topic, frame);
    const epoch = changedTo(packet);
    if (epoch === undefined) this.node.deliver(topic, packet);
    else this.node.changed(topic, epoch);
  }
}
