import { asBuffer } from "./node-redis.ts";
import type { Dial, Wire } from "./session.ts";

/** What is used of a client of the package `ioredis` from version 5. */
export interface IoRedisClient {
  readonly status: string;
  duplicate(overrides?: object): unknown;
}

/** A connection of it. */
interface Connection {
  connect(): Promise<unknown>;
  ping(): Promise<unknown>;
  disconnect(reconnect?: boolean): void;
  on(event: "error" | "end" | "close", listener: (error?: Error) => void): unknown;
  on(event: "message", listener: (channel: string, message: string) => void): unknown;
  on(event: "messageBuffer", listener: (channel: Buffer, message: Buffer) => void): unknown;
  publish(channel: string, message: string | Buffer): Promise<unknown>;
  subscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(...channels: string[]): Promise<unknown>;
}

export function isIoRedis(client: object): client is IoRedisClient {
  return "duplicate" in client && "status" in client && !("nodes" in client);
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
};

export function dialIoRedis(client: IoRedisClient): Dial {
  return ({ message, lost }, bytes): Wire => {
    const connection = (): Connection => {
      const made = client.duplicate(NOTHING_BY_ITSELF) as Connection;
      made.on("error", (error) => lost(error ?? new Error("Redis reported an error")));
      made.on("close", () => lost(new Error("The connection to Redis has ended")));
      return made;
    };
    const subscriber = connection();
    const publisher = connection();
    if (bytes) subscriber.on("messageBuffer", (channel, packet) => message(String(channel), packet));
    else subscriber.on("message", message);
    return {
      open: () => Promise.all([subscriber, publisher].map((each) => each.connect().then(() => each.ping()))),
      subscribe: (channels) => subscriber.subscribe(...channels),
      unsubscribe: (channels) => subscriber.unsubscribe(...channels),
      publish: (channel, packet) => publisher.publish(channel, typeof packet === "string" ? packet : asBuffer(packet)),
      destroy: () => {
        subscriber.disconnect(false);
        publisher.disconnect(false);
      },
    };
  };
}
