import type { Packet } from "@ws-kit/core/extend";
import type { ClusterKind } from "./cluster.ts";
import type { Reply } from "./run-script.ts";
import type { Dial, Kind, Wire } from "./session.ts";

/** What is used of a client of the package `redis` (node-redis) from version 5. */
export interface NodeRedisClient {
  readonly options?: { readonly socket?: object } | undefined;
  duplicate(overrides?: object): unknown;
  sendCommand(args: never, options?: never): Promise<unknown>;
}

type Listener = (message: string | Buffer, channel: string | Buffer) => void;

/** A connection of it. */
interface Connection {
  connect(): Promise<unknown>;
  ping(): Promise<unknown>;
  sendCommand(args: readonly (string | Buffer)[], options?: object): Promise<Reply>;
  destroy(): void;
  unref(): void;
  on(event: "error" | "end" | "sharded-channel-moved", listener: (error?: Error) => void): unknown;
  publish(channel: string, message: string | Buffer): Promise<unknown>;
  sPublish(channel: string, message: string | Buffer): Promise<unknown>;
  subscribe(channels: readonly string[], listener: Listener, bufferMode?: boolean): Promise<unknown>;
  sSubscribe(channels: readonly string[], listener: Listener, bufferMode?: boolean): Promise<unknown>;
  sUnsubscribe(channels: readonly string[]): Promise<unknown>;
  unsubscribe(channels: readonly string[]): Promise<unknown>;
}

/** What is used of a cluster of the package `redis` (`createCluster`). */
export interface NodeRedisCluster {
  readonly slots: readonly unknown[];
  nodeClient(node: never): Promise<unknown>;
  duplicate(overrides?: object): unknown;
}

interface ScoutCluster {
  readonly slots: readonly ({ readonly master: never } | undefined)[];
  nodeClient(node: never): Promise<unknown>;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: "error", listener: () => void): unknown;
}

export function isNodeRedisCluster(client: object): client is NodeRedisCluster {
  return "duplicate" in client && "slots" in client && "nodeClient" in client;
}

export function isNodeRedis(client: object): client is NodeRedisClient {
  return "duplicate" in client && "sendCommand" in client && "isPubSubActive" in client && !("slots" in client);
}

export function dialNodeRedis(client: NodeRedisClient, kind: Kind = "plain"): Dial {
  return ({ message, lost }, bytes, one): Wire => {
    const connection = (): Connection => {
      const made = client.duplicate({
        disableOfflineQueue: true,
        // The application's, for commands of its own: one over it would be a link that is lost.
        commandsQueueMaxLength: undefined,
        socket: { ...client.options?.socket, reconnectStrategy: false },
      }) as Connection;
      made.on("error", (error) => lost(error ?? new Error("Redis reported an error")));
      made.on("end", () => lost(new Error("The connection to Redis has ended")));
      return made;
    };
    const publisher = connection();
    const subscriber = one === undefined ? connection() : publisher;
    const listener: Listener = (packet, channel) => message(String(channel), packet);
    const isSharded = kind === "sharded";
    if (isSharded) {
      subscriber.on("sharded-channel-moved", () => lost(new Error("The slot has moved to another server")));
    }
    const [subscribe, unsubscribe, publish] = isSharded
      ? (["sSubscribe", "sUnsubscribe", "sPublish"] as const)
      : (["subscribe", "unsubscribe", "publish"] as const);
    return {
      open: async () => {
        await Promise.all([...new Set([subscriber, publisher])].map((each) => each.connect().then(() => each.ping())));
        if (one !== undefined) publisher.unref();
      },
      subscribe: (channels) => subscriber[subscribe](channels, listener, bytes),
      unsubscribe: (channels) => subscriber[unsubscribe](channels),
      publish: (channel, packet) => publisher[publish](channel, asArgument(packet)),
      command: (args) => publisher.sendCommand(args.map(asArgument), bytes ? BUFFERS : undefined),
      destroy: () => {
        for (const each of [subscriber, publisher]) destroy(each);
      },
    };
  };
}

/** Blob strings (`$`, 36) of replies as what they are. */
const BUFFERS = { typeMapping: { 36: Buffer } };

export function asArgument(packet: Packet): string | Buffer {
  return typeof packet === "string" ? packet : Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
}

/** @throws TypeError where its `redis` is older than sharded pub/sub. */
export function nodeRedisClusterKind(client: NodeRedisCluster): ClusterKind {
  if (!("sSubscribe" in client)) {
    throw new TypeError("This version of node-redis has no sharded pub/sub (sSubscribe), which a cluster needs");
  }
  const { defaults } = (client as { _options?: { defaults?: { socket?: object } } })._options ?? {};
  return {
    scout: () => {
      const cluster = client.duplicate({
        minimizeConnections: true,
        defaults: { ...defaults, socket: { ...defaults?.socket, reconnectStrategy: false } },
      }) as ScoutCluster;
      cluster.on("error", () => {});
      return {
        ready: cluster.connect(),
        async master(slot) {
          const owner = cluster.slots[slot];
          if (owner === undefined) throw new Error(`No server of the cluster has slot ${slot}`);
          return cluster.nodeClient(owner.master);
        },
        destroy: () => destroy(cluster),
      };
    },
    dial: (master) => dialNodeRedis(master as NodeRedisClient, "sharded"),
  };
}

function destroy(client: { destroy(): void }): void {
  try {
    client.destroy();
  } catch {
    // It was not open.
  }
}
