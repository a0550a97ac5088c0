import { once } from "node:events";
import { wsClient } from "@ws-kit/client/zod";
import { serve } from "@ws-kit/node";
import { createRouter, rpc, z } from "@ws-kit/zod";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { rateLimit, rateLimitGate } from "../src/index.ts";

const Ask = rpc("ASK", { n: z.number() }, "ANSWER", { n: z.number() });
const open: { stop(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

async function served(router: ReturnType<typeof createRouter>, options: { trustProxy?: 1 } = {}) {
  const server = serve(router, { port: 0, ...options });
  open.push(server);
  await server.ready;
  return `ws://127.0.0.1:${server.port}`;
}

const HOUR = 3_600_000;

describe.each(["middleware", "a gate"])("%s, over real sockets", (kind) => {
  const limited = (router: ReturnType<typeof createRouter>, by: "connection" | "address", perMs: number) => {
    const limit = { limit: 3, perMs, by };
    return kind === "a gate" ? router.extend(rateLimitGate(limit)) : router.use(rateLimit(limit));
  };

  it("has a client's requests try again when they are told to, and answers each once", async () => {
    const handled: number[] = [];
    const router = createRouter().rpc(Ask, ({ payload }) => {
      handled.push(payload.n);
      return payload;
    });
    const client = wsClient({ url: await served(limited(router, "connection", 300)) });
    open.push({ stop: () => client.close() });
    const all = Array.from({ length: 9 }, (_, n) => client.request(Ask, { n }, { timeoutMs: 20_000, retries: 99 }));
    const answers = await Promise.all(all);
    expect(answers.map(({ payload }) => payload.n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(handled.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("tells who does not try again", async () => {
    const router = createRouter().rpc(Ask, ({ payload }) => payload);
    const client = wsClient({ url: await served(limited(router, "connection", HOUR)) });
    open.push({ stop: () => client.close() });
    const all = Array.from({ length: 5 }, (_, n) => client.request(Ask, { n }, { retries: 0 }));
    const told = (await Promise.allSettled(all)).flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    expect(told).toMatchObject([{ code: "RESOURCE_EXHAUSTED" }, { code: "RESOURCE_EXHAUSTED" }]);
  });

  it("limits an address on all of its connections together, as the proxy tells it", async () => {
    const router = createRouter().rpc(Ask, ({ payload }) => payload);
    const url = await served(limited(router, "address", HOUR), { trustProxy: 1 });
    const from = async (address: string) => {
      const socket = new WebSocket(url, { headers: { "x-forwarded-for": address } });
      open.push({ stop: () => socket.terminate() });
      await once(socket, "open");
      return async () => {
        const answer = once(socket, "message");
        socket.send(JSON.stringify({ type: "ASK", meta: { correlationId: "a" }, payload: { n: 1 } }));
        const { type, meta } = JSON.parse(String((await answer)[0])) as { type: string; meta: object };
        expect(meta).toHaveProperty("correlationId", "a");
        return type;
      };
    };
    const [one, same, other] = [await from("192.0.2.7"), await from("192.0.2.7"), await from("192.0.2.8")];
    expect([await one(), await one(), await same()]).toEqual(["ANSWER", "ANSWER", "ANSWER"]);
    expect([await one(), await same(), await other()]).toEqual(["ERROR", "ERROR", "ANSWER"]);
  });
});
