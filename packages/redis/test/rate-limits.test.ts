import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { redisRateLimits } from "@ws-kit/redis";
import { rateLimit } from "@ws-kit/rate-limit";
import { createTestServer } from "@ws-kit/testing";
import { createRouter, message, z } from "@ws-kit/zod";
import { Cluster } from "ioredis";
import { createClient, createCluster } from "redis";
import { beforeAll, describe, expect, it } from "vitest";
import { RedisCluster } from "./redis-cluster.ts";
import { findLimits, type LimitFindings, STORES } from "./rate-limits.ts";

function suite(find: () => Promise<LimitFindings>): void {
  let found: LimitFindings;
  beforeAll(async () => {
    found = await find();
  });

  it("counts for all processes together, each key for itself", () => {
    expect(found.shared).toEqual([0, 0, 0, 0, 0]);
    expect(found.wait).toBeGreaterThan(700_000);
    expect(found.wait).toBeLessThanOrEqual(720_000);
    expect(found.other).toBe(0);
  });

  it("says when there is one to take", () => {
    expect(found.pace).toHaveLength(5);
    expect(found.pace.at(-1)).toBeGreaterThanOrEqual(190);
  });

  it("leaves it to the process while Redis is away, or lets nobody through, and asks again when it is back", () => {
    expect(found.away).toEqual(["local", "local"]);
    expect(found.denied).toEqual(["unavailable", "unavailable"]);
    // It kept nothing.
    expect(found.back).toBe(0);
  });

  it("waits so long and no longer for one that hangs, and asks nobody once it is closed", () => {
    expect(found.hung).toBe("local");
    expect(found.hungMs).toBeGreaterThanOrEqual(290);
    expect(found.flushed).toBe("local");
  });
}

withServer("redis", "limits in redis, on Node", (path) => {
  describe.each(["node-redis", "ioredis"])("by %s", (client) => {
    suite(async () => {
      const server = await startRedis(path);
      try {
        return await findLimits(client, server);
      } finally {
        await server.stop();
      }
    });
  });

  it("limits a user on two nodes together, and goes on node by node when Redis is killed", async () => {
    const server = await startRedis(path);
    const Say = message("SAY", { text: z.string() });
    const node = async () => {
      const store = redisRateLimits(createClient({ url: `redis://127.0.0.1:${server.port}` }), { timeoutMs: 10_000 });
      const router = createRouter<{ user?: string }>({ identify: (data) => data.user })
        .use(rateLimit({ limit: 4, perMs: 3_600_000, by: "user", name: "say", store }))
        .on(Say, (ctx) => void ctx.send(Say, ctx.payload));
      const client = await createTestServer(router).connect({ data: { user: "ada" } });
      const say = async (): Promise<string> => {
        client.send(Say, { text: "x" });
        for (;;) {
          const [frame] = client.received.splice(0);
          if (frame !== undefined) return frame.type === "SAY" ? "said" : (frame.payload as { code: string }).code;
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      };
      return { say, store };
    };
    const [one, other] = [await node(), await node()];
    try {
      expect([await one.say(), await other.say(), await one.say(), await other.say()]).toEqual(Array(4).fill("said"));
      expect([await one.say(), await other.say()]).toEqual(["RESOURCE_EXHAUSTED", "RESOURCE_EXHAUSTED"]);
      // Each has let two through of its own four, and holds what Redis said.
      await server.kill();
      const third = await node();
      expect(await third.say()).toBe("said");
      third.store.close();
    } finally {
      one.store.close();
      other.store.close();
      await server.stop();
    }
  });

  it.each(["node-redis", "ioredis"])("counts on a cluster, by %s", async (client) => {
    const cluster = await RedisCluster.start(path);
    const { port } = cluster.first;
    const source = () =>
      client === "ioredis"
        ? new Cluster([{ host: "127.0.0.1", port }], { lazyConnect: true })
        : createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] });
    const [one, other] = [0, 1].map(() => redisRateLimits(source(), { timeoutMs: 5_000 }));
    try {
      const rate = { intervalMs: 3_600_000, burst: 2 };
      // On all of its masters.
      for (let i = 0; i < 20; i++) {
        const key = `{k}:${i}`;
        const told = [await one?.take(key, rate), await other?.take(key, rate), await one?.take(key, rate)];
        expect(told).toEqual([0, 0, expect.any(Number)]);
        expect(told[2]).toBeGreaterThan(0);
      }
    } finally {
      one?.close();
      other?.close();
      await cluster.stop();
    }
  });

  it.each([
    [{ prefix: "a:b" }, TypeError, "A prefix is a string without colons"],
    [{ onUnavailable: "allow" }, TypeError, 'onUnavailable is "local" or "deny", not "allow"'],
    [{ timeoutMs: 0 }, RangeError, "timeoutMs is a number of milliseconds from 1 to 60,000, not 0"],
    [{ timeout: 5 }, TypeError, 'no option "timeout": did you mean timeoutMs?'],
  ])("%j is refused", (options, kind, text) => {
    expect(() => STORES["ioredis"]?.(6_379, options as never)).toThrow(text);
    expect(() => STORES["ioredis"]?.(6_379, options as never)).toThrow(kind);
  });

  it.each([
    ["Node", "node-redis", process.execPath],
    ["Node", "ioredis", process.execPath],
    ["Bun", "node-redis", "bun"],
    ["Bun", "ioredis", "bun"],
    ["Bun", "bun's own", "bun"],
  ])("keeps no process running on %s that has nothing else to do, by %s", async (_, client, runtime) => {
    const server = await startRedis(path);
    try {
      const args = [`${import.meta.dirname}/resting.ts`, client, String(server.port)];
      const { stdout } = await promisify(execFile)(runtime, args, { timeout: 20_000 });
      expect(stdout).toBe("0\n0\n");
    } finally {
      await server.stop();
    }
  });

  it("refuses what is no client", () => {
    expect(() => redisRateLimits({} as never)).toThrow("redisRateLimits takes a client of");
    expect(() => redisRateLimits([])).toThrow("redisRateLimits needs a server");
  });
});

withServer("redis", "limits in redis, on Bun", (path) => {
  describe.each(Object.keys(STORES))("by %s", (client) => {
    suite(async () => {
      const { stdout } = await promisify(execFile)("bun", [
        `${import.meta.dirname}/rate-limits-on-bun.ts`,
        path,
        client,
      ]);
      return JSON.parse(stdout) as LimitFindings;
    });
  });
});
