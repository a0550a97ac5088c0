import type { Reply } from "./run-script.ts";
import type { Dial, Wire } from "./session.ts";

/** What Bun's own client takes. */
export interface BunRedisOptions {
  /** As `redis://user:password@host:6379` or `rediss://…`. */
  readonly url: string;
  readonly tls?: boolean | object;
}

/** A connection of it. */
interface Connection {
  connect(): Promise<unknown>;
  send(command: string, args: readonly string[]): Promise<Reply>;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channels: readonly string[], listener: (message: string, channel: string) => void): Promise<unknown>;
  unsubscribe(channels: readonly string[]): Promise<unknown>;
  close(): void;
  onclose: ((error: Error) => void) | null;
}

type BunClient = new (url: string, options: object) => Connection;

/** @throws Error anywhere but on Bun. */
export function dialBun({ url, tls }: BunRedisOptions): Dial {
  const { Bun } = globalThis as { Bun?: { RedisClient?: BunClient } };
  const RedisClient = Bun?.RedisClient;
  if (RedisClient === undefined) {
    throw new Error(
      'redisEngine({ url }) uses Bun\'s own Redis client, and this is not Bun: give it a client of the package "redis" or "ioredis"',
    );
  }
  return ({ message, lost }, bytes, one): Wire => {
    if (bytes) {
      throw new Error(
        'Bun\'s own Redis client hands messages over as text: with a codec that makes bytes, give redisEngine a client of the package "redis" or "ioredis"',
      );
    }
    const connection = (): Connection => {
      const options = { autoReconnect: false, enableOfflineQueue: false, connectionTimeout: 3_000 };
      const made = new RedisClient(url, tls === undefined ? options : { ...options, tls });
      // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it has no other way
      made.onclose = (error) => lost(error ?? new Error("The connection to Redis has ended"));
      return made;
    };
    const publisher = connection();
    const subscriber = one === undefined ? connection() : publisher;
    const listener = (packet: string, channel: string): void => message(channel, packet);
    return {
      open: () =>
        Promise.all(
          [...new Set([subscriber, publisher])].map((each) => each.connect().then(() => each.send("PING", []))),
        ),
      subscribe: (channels) => subscriber.subscribe(channels, listener),
      unsubscribe: (channels) => subscriber.unsubscribe(channels),
      publish: (channel, packet) => publisher.publish(channel, packet as string),
      command: ([name, ...args]) => publisher.send(name as string, args as string[]),
      destroy: () => {
        subscriber.close();
        publisher.close();
      },
    };
  };
}
