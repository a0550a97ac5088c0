import type { Engine } from "@ws-kit/core/extend";
import { redisEngine, type RedisEngineOptions } from "@ws-kit/redis";
import { Redis } from "ioredis";
import { createClient } from "redis";

/** One of each kind, closed after the tests by whoever made them; the engine never opens the application's own. */
export const CLIENTS: Readonly<Record<string, (port: number, options?: RedisEngineOptions) => Engine>> = {
  "node-redis": (port, options) => redisEngine(createClient({ url: `redis://127.0.0.1:${port}` }), options),
  ioredis: (port, options) => redisEngine(new Redis({ port, host: "127.0.0.1", lazyConnect: true }), options),
  "bun's own": (port, options) => redisEngine({ url: `redis://127.0.0.1:${port}` }, options),
};

export function engineBy(client: string, port: number, options?: RedisEngineOptions): Engine {
  const make = CLIENTS[client];
  if (make === undefined) throw new Error(`There is no client called ${client}`);
  return make(port, options);
}

/** Settings of a server that keeps all that it has acknowledged. */
export const ALWAYS: readonly string[] = ["--appendonly", "yes", "--appendfsync", "always"];
