import { asArgument } from "./node-redis.ts";
import type { ClusterKind } from "./cluster.ts";
import type { Reply } from "./run-script.ts";
import type { Dial, Kind, Wire } from "./session.ts";

/** What is used of a client of the package `ioredis` from version 5. */
export interface IoRedisClient {
  readonly status: string;
  duplicate(overrides?: object): unknown;
}

/** A connection of it. */
interface Connection {
  readonly stream: { unref(): unknown };
  connect(): Promise<unknown>;
  ping(): Promise<unknown>;
  call(command: string, args: readonly (string | Buffer)[]): Promise<Reply>;
  callBuffer(command: string, args: readonly (string | Buffer)[]): Promise<Reply>;
  disconnect(reconnect?: boolean): void;
  on(event: "error" | "end" | "close" | "moved", listener: (error?: Error) => void): unknown;
  on(event: "message" | "smessage", listener: (channel: string, message: string) => void): unknown;
  on(event: "messageBuffer" | "smessageBuffer", listener: (channel: Buffer, message: Buffer) => void): unknown;
  publish(channel: string, message: string | Buffer): Promise<unknown>;
  subscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(...channels: string[]): Promise<unknown>;
  spublish(channel: string, message: string | Buffer): Promise<unknown>;
  ssubscribe(...channels: string[]): Promise<unknown>;
  sunsubscribe(...channels: string[]): Promise<unknown>;
}

/** What is used of a `Cluster` of the package `ioredis`. */
export interface IoRedisCluster {
  readonly status: string;
  readonly slots: readonly (readonly string[])[];
  nodes(role?: "master"): unknown[];
  duplicate(startupNodes?: never[], overrides?: object): unknown;
}

interface ScoutCluster extends IoRedisCluster {
  connect(): Promise<unknown>;
  disconnect(): void;
  on(event: "error", listener: () => void): unknown;
}

export function isIoRedis(client: object): client is IoRedisClient {
  return "duplicate" in client && "status" in client && !("nodes" in client);
}

export function isIoRedisCluster(client: object): client is IoRedisCluster {
  return "duplicate" in client && "status" in client && "nodes" in client && "slots" in client;
}

/** Whatever it does by itself when a connection is lost is done by the session, which has to know when. */
const NOTHING_BY_ITSELF = {
  lazyConnect: true,
  enableOfflineQueue: false,
  enableReadyCheck: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: null,
  retryStrategy: () => null,
  reconnectOnError: () => false,
  // It would be put before channels as well.
  keyPrefix: "",
};

export function dialIoRedis(client: IoRedisClient, kind: Kind = "plain"): Dial {
  return ({ message, lost }, bytes, one): Wire => {
    const connection = (): Connection => {
      const made = client.duplicate(NOTHING_BY_ITSELF) as Connection;
      made.on("error", (error) => lost(error ?? new Error("Redis reported an error")));
      made.on("close", () => lost(new Error("The connection to Redis has ended")));
      return made;
    };
    const publisher = connection();
    const subscriber = one === undefined ? connection() : publisher;
    const isSharded = kind === "sharded";
    const listener = (channel: Buffer, packet: Buffer): void => message(String(channel), packet);
    if (bytes) subscriber.on(isSharded ? "smessageBuffer" : "messageBuffer", listener);
    else subscriber.on(isSharded ? "smessage" : "message", message);
    if (isSharded) subscriber.on("moved", () => lost(new Error("The slot has moved to another server")));
    const [subscribe, unsubscribe, publish] = isSharded
      ? (["ssubscribe", "sunsubscribe", "spublish"] as const)
      : (["subscribe", "unsubscribe", "publish"] as const);
    return {
      open: async () => {
        await Promise.all([...new Set([subscriber, publisher])].map((each) => each.connect().then(() => each.ping())));
        if (one !== undefined) publisher.stream.unref();
      },
      subscribe: (channels) => subscriber[subscribe](...channels),
      unsubscribe: (channels) => subscriber[unsubscribe](...channels),
      publish: (channel, packet) => publisher[publish](channel, asArgument(packet)),
      command: ([name = "", ...args]) => publisher[bytes ? "callBuffer" : "call"](name as string, args.map(asArgument)),
      destroy: () => {
        subscriber.disconnect(false);
        publisher.disconnect(false);
      },
    };
  };
}

/** Where the slots are is known before the cluster answers commands: of one that does not yet, `connect()` never settles. */
const SCOUTING = { lazyConnect: true, clusterRetryStrategy: () => null, enableReadyCheck: false };

/** @throws TypeError where its `ioredis` is older than sharded pub/sub. */
export function ioRedisClusterKind(client: IoRedisCluster): ClusterKind {
  if (!("ssubscribe" in client)) {
    throw new TypeError("This version of ioredis has no sharded pub/sub (ssubscribe), which a cluster needs");
  }
  return {
    scout: () => {
      const cluster = client.duplicate([], SCOUTING) as ScoutCluster;
      cluster.on("error", () => {});
      return {
        ready: cluster.connect(),
        async master(slot) {
          const address = cluster.slots[slot]?.[0];
          const nodes = cluster.nodes("master") as { options: { host: string; port: number } }[];
          const found = nodes.find(({ options: { host, port } }) => `${host}:${port}` === address);
          if (found === undefined) throw new Error(`No server of the cluster has slot ${slot}`);
          return found;
        },
        destroy: () => cluster.disconnect(),
      };
    },
    dial: (master) => dialIoRedis(master as IoRedisClient, "sharded"),
  };
}
