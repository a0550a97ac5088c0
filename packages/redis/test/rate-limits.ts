import type { EngineServer } from "@ws-kit/conformance/engines/servers";
import { redisRateLimits, type RedisRateLimits, type RedisRateLimitsOptions } from "@ws-kit/redis";
import { Redis } from "ioredis";
import { createClient } from "redis";

/** A store by each kind of client. */
export const STORES: Readonly<Record<string, (port: number, options?: RedisRateLimitsOptions) => RedisRateLimits>> = {
  "node-redis": (port, options) => redisRateLimits(createClient({ url: `redis://127.0.0.1:${port}` }), options),
  ioredis: (port, options) => redisRateLimits(new Redis({ port, host: "127.0.0.1", lazyConnect: true }), options),
  "bun's own": (port, options) => redisRateLimits({ url: `redis://127.0.0.1:${port}` }, options),
};

export interface LimitFindings {
  /** What each of two processes' stores were told for the bucket of five that they share. */
  readonly shared: unknown[];
  readonly wait: number;
  readonly other: unknown;
  readonly pace: number[];
  readonly away: unknown[];
  readonly denied: unknown[];
  readonly back: unknown;
  readonly flushed: unknown;
  readonly hung: unknown;
  readonly hungMs: number;
}

const HOUR = { intervalMs: 720_000, burst: 5 };

/** @param server A Redis that may be killed. */
export async function findLimits(client: string, server: EngineServer): Promise<LimitFindings> {
  const store = STORES[client];
  if (store === undefined) throw new Error(`There is no client called ${client}`);
  const [one, other] = [store(server.port, { timeoutMs: 5_000 }), store(server.port, { timeoutMs: 5_000 })];
  const denying = store(server.port, { onUnavailable: "deny", timeoutMs: 5_000 });
  const shared: unknown[] = [];
  for (let i = 0; i < 5; i++) shared.push(await (i % 2 === 0 ? one : other).take("talk:ada", HOUR));
  const wait = Number(await one.take("talk:ada", HOUR));
  const whose = await other.take("talk:bob", HOUR);
  const pace: number[] = [];
  const fast = { intervalMs: 50, burst: 1 };
  const begun = performance.now();
  while (pace.length < 5) {
    const told = Number(await one.take("fast", fast));
    if (told === 0) pace.push(performance.now() - begun);
    else await new Promise((resolve) => setTimeout(resolve, told));
  }
  await denying.take("talk:carol", HOUR);
  await server.kill();
  const away = [await one.take("talk:ada", HOUR), await one.take("talk:ada", HOUR)];
  const denied = [await denying.take("talk:ada", HOUR), await denying.take("talk:ada", HOUR)];
  await server.restart();
  const back = await firstAnswer(one);
  await one.take("talk:dave", HOUR);
  const hanging = store(server.port, { timeoutMs: 300 });
  await hanging.take("talk:eve", HOUR);
  server.signal("SIGSTOP");
  const asked = performance.now();
  const hung = await hanging.take("talk:eve", HOUR);
  const hungMs = performance.now() - asked;
  server.signal("SIGCONT");
  for (const each of [one, other, denying, hanging]) each.close();
  return {
    shared,
    wait,
    other: whose,
    pace,
    away,
    denied,
    back,
    flushed: await one.take("talk:ada", HOUR),
    hung,
    hungMs,
  };
}

/** Asks until the store asks Redis again. */
async function firstAnswer(store: RedisRateLimits): Promise<unknown> {
  for (let i = 0; i < 100; i++) {
    const told = await store.take("talk:ada", HOUR);
    if (typeof told === "number") return told;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return "never";
}
