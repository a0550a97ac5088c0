import type { Dial, Wire } from "./session.ts";

/** What is used of a client of the package `redis` (node-redis) from version 5. */
export interface NodeRedisClient {
  readonly options?: { readonly socket?: object } | undefined;
  duplicate(overrides?: object): unknown;
  sendCommand(args: never, options?: never): Promise<unknown>;
}

/** A connection of it. */
interface Connection {
  connect(): Promise<unknown>;
  ping(): Promise<unknown>;
  destroy(): void;
  on(event: "error" | "end", listener: (error?: Error) => void): unknown;
  publish(channel: string, message: string | Buffer): Promise<unknown>;
  subscribe(
    channels: readonly string[],
    listener: (message: string | Buffer, channel: string | Buffer) => void,
    bufferMode?: boolean,
  ): Promise<unknown>;
  unsubscribe(channels: readonly string[]): Promise<unknown>;
}

export function isNodeRedis(client: object): client is NodeRedisClient {
  return "duplicate" in client && "sendCommand" in client && "isOpen" in client && !("slots" in client);
}

export function dialNodeRedis(client: NodeRedisClient): Dial {
  return ({ message, lost }, bytes): Wire => {
    const connection = (): Connection => {
      const made = client.duplicate({
        disableOfflineQueue: true,
        socket: { ...client.options?.socket, reconnectStrategy: false },
      }) as Connection;
      made.on("error", (error) => lost(error ?? new Error("Redis reported an error")));
      made.on("end", () => lost(new Error("The connection to Redis has ended")));
      return made;
    };
    const subscriber = connection();
    const publisher = connection();
    const listener = (packet: string | Buffer, channel: string | Buffer): void => message(String(channel), packet);
    return {
      open: () => Promise.all([subscriber, publisher].map((each) => each.connect().then(() => each.ping()))),
      subscribe: (channels) => subscriber.subscribe(channels, listener, bytes),
      unsubscribe: (channels) => subscriber.unsubscribe(channels),
      publish: (channel, packet) => publisher.publish(channel, typeof packet === "string" ? packet : asBuffer(packet)),
      destroy: () => {
        for (const each of [subscriber, publisher]) {
          try {
            each.destroy();
          } catch {
            // It was not open.
          }
        }
      },
    };
  };
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
