import { once } from "node:events";
import { spawnTarget, type Target } from "@ws-kit/conformance";
import { type EngineServer, startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { redisAnswers } from "@ws-kit/redis";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";

interface Told {
  readonly type: string;
  readonly payload: { by: string; more: string; code: string; message: string; details: unknown };
}

interface Node extends Target {
  /** Asks as a user, over a connection of its own. */
  pay(user: string, key: string, payload: object): Promise<Told>;
}

async function start(redis: EngineServer, ...args: string[]): Promise<Node> {
  const target = await spawnTarget(process.execPath, [
    `${import.meta.dirname}/answers-node.ts`,
    String(redis.port),
    ...args,
  ]);
  const port = /LISTENING (\d+)/.exec(target.logs())?.[1];
  return {
    ...target,
    async pay(user, key, payload) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/?user=${user}`);
      await once(socket, "open");
      const answer = once(socket, "message");
      socket.send(JSON.stringify({ type: "PAY", meta: { correlationId: "c", idempotencyKey: key }, payload }));
      const [data] = (await answer) as [Buffer];
      socket.close();
      return JSON.parse(data.toString()) as Told;
    },
  };
}

withServer("redis", "answers of idempotent requests in redis", (path) => {
  describe.each(["node-redis", "ioredis"])("by %s", (client) => {
    let redis: EngineServer;
    let one: Node;
    let other: Node;
    beforeAll(async () => {
      redis = await startRedis(path);
      one = await start(redis, client);
      other = await start(redis, client);
    }, 120_000);
    afterAll(async () => {
      await one?.stop();
      await other?.stop();
      await redis?.stop();
    });

    it("are given to a repeat at another process", async () => {
      const first = await one.pay("ada", "a", { ms: 0 });
      expect(first.type).toBe("PAID");
      expect(await other.pay("ada", "a", { ms: 0 })).toEqual(first);
      expect((await other.pay("bob", "a", { ms: 0 })).payload.by).not.toBe(first.payload.by);
      expect((await other.pay("ada", "a", { ms: 1 })).payload).toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(await other.pay("ada", "a", { ms: 0 })).toEqual(first);
    });

    it("are waited for where another process runs it", async () => {
      const first = one.pay("ada", "b", { ms: 1_000 });
      await vi.waitFor(() => expect(one.logs()).toContain("RUN 2"), 10_000);
      expect(await other.pay("ada", "b", { ms: 1_000 })).toEqual(await first);
    });

    it("are kept where they are errors that last, and those that pass run again", async () => {
      const lasting = await one.pay("ada", "c", { ms: 0, fail: "NOT_FOUND" });
      expect(lasting.payload.code).toBe("NOT_FOUND");
      expect(await other.pay("ada", "c", { ms: 0, fail: "NOT_FOUND" })).toEqual(lasting);
      const passing = await one.pay("ada", "d", { ms: 0, fail: "UNAVAILABLE" });
      const again = await other.pay("ada", "d", { ms: 0, fail: "UNAVAILABLE" });
      expect([passing.payload.code, again.payload.code]).toEqual(["UNAVAILABLE", "UNAVAILABLE"]);
      expect(again.payload.message).not.toBe(passing.payload.message);
    });

    it("that are too long are ABORTED elsewhere, and not run twice", async () => {
      const first = await one.pay("ada", "e", { ms: 0, long: 70_000 });
      expect(first.payload.more).toHaveLength(70_000);
      expect((await other.pay("ada", "e", { ms: 0, long: 70_000 })).payload).toMatchObject({
        code: "ABORTED",
        details: { mayHaveExecuted: true },
      });
      expect(await one.pay("ada", "e", { ms: 0, long: 70_000 })).toEqual(first);
      const short = await one.pay("ada", "f", { ms: 0, long: 60_000 });
      expect(await other.pay("ada", "f", { ms: 0, long: 60_000 })).toEqual(short);
    });

    it("of a process that was killed are ABORTED when its lease is over", async () => {
      const dying = await start(redis, client);
      void dying.pay("ada", "g", { ms: 60_000 }).catch(() => {});
      await vi.waitFor(() => expect(dying.logs()).toContain("RUN 1"), 10_000);
      await dying.stop();
      const told = await other.pay("ada", "g", { ms: 60_000 });
      expect(told.payload).toMatchObject({ code: "ABORTED", retryable: false, details: { mayHaveExecuted: true } });
    });

    it("keep their owner while it runs for longer than a lease", async () => {
      const first = one.pay("ada", "h", { ms: 12_000 });
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await other.pay("ada", "h", { ms: 12_000 })).toEqual(await first);
    });

    it("are each process's own while Redis is away, or refused, and shared again afterwards", async () => {
      const strict = await start(redis, client, "deny");
      expect((await strict.pay("ada", "i", { ms: 0 })).type).toBe("PAID");
      await redis.kill();
      const [here, there] = [await one.pay("ada", "j", { ms: 0 }), await other.pay("ada", "j", { ms: 0 })];
      expect([here.type, there.type]).toEqual(["PAID", "PAID"]);
      expect(here.payload.by).not.toBe(there.payload.by);
      expect((await strict.pay("ada", "j", { ms: 0 })).payload).toMatchObject({ code: "UNAVAILABLE" });
      // What it remembers itself it need not ask for.
      expect((await strict.pay("ada", "i", { ms: 0 })).type).toBe("PAID");
      await redis.restart();
      let keys = 0;
      await vi.waitFor(async () => {
        const key = `k${++keys}`;
        expect(await other.pay("ada", key, { ms: 0 })).toEqual(await one.pay("ada", key, { ms: 0 }));
      }, 20_000);
      await strict.stop();
    });
  });

  it("leave no secret in Redis", async () => {
    const redis = await startRedis(path);
    const node = await start(redis, "ioredis");
    const client = new Redis({ port: redis.port });
    try {
      await node.pay("ada-lovelace", "a-secret-key", { ms: 0 });
      const keys = await client.keys("*");
      expect(keys).toEqual([expect.stringMatching(/^ws-kit~a:[\w-]{43}$/)]);
      expect(JSON.stringify(await client.hgetall(keys[0] ?? ""))).not.toMatch(/lovelace|a-secret-key/);
      expect(await client.pttl(keys[0] ?? "")).toBeGreaterThan(200_000);
    } finally {
      client.disconnect();
      await node.stop();
      await redis.stop();
    }
  });

  it.each(["node-redis", "ioredis"])("keep no process alive whose server has stopped (%s)", async (client) => {
    const redis = await startRedis(path);
    const node = await start(redis, client);
    try {
      const { payload } = await node.pay("ada", "stop", { ms: 0 });
      process.kill(Number(payload.by.split(" ")[0]), "SIGTERM");
      await expect.poll(() => node.alive(), { timeout: 10_000 }).toBe(false);
    } finally {
      await node.stop();
      await redis.stop();
    }
  });

  it.each([
    [{ prefix: "a b" }, TypeError, "A prefix is a string without colons"],
    [{ onUnavailable: "run" }, TypeError, 'onUnavailable is "local" or "deny", not "run"'],
    [{ timeoutMs: 60_001 }, RangeError, "timeoutMs is a number of milliseconds from 1 to 60,000"],
    [{ ttl: 5 }, TypeError, 'no option "ttl"'],
  ])("%j is refused", (options, kind, text) => {
    const make = () => redisAnswers(new Redis({ lazyConnect: true }), options as never);
    expect(make).toThrow(text);
    expect(make).toThrow(kind);
  });
});
