import { random } from "../../../test/random.ts";
import { wsClient, type WebSocketClass } from "@ws-kit/client";
import { wsClient as liteClient } from "@ws-kit/client/lite";
import { handlers } from "@ws-kit/client/parts";
import { serve } from "@ws-kit/node";
import { createRouter, isRequestError, message, rpc, z } from "@ws-kit/zod";
import { expect, test } from "vitest";
import { WebSocket } from "ws";

const Ask = rpc.fromServer("ASK", { n: z.number() }, "ANSWER", { n: z.number() });
const Hello = message("HELLO");
const CUTS = 1_000;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test.each([
  ["that are lost with them", false],
  ["that come back", true],
])(
  "a thousand sockets break under requests of the server on connections %s: each settles, once",
  { timeout: 120_000 },
  async (_, keeps) => {
    const dice = random(7);
    const router = createRouter({
      ...(keeps && { resume: { windowMs: 5_000 } }),
      limits: { maxServerRequests: 10_000 },
      logger: { debug() {}, warn() {}, error() {} },
    });
    router.on(Hello, () => {});
    const server = serve(router, { port: 0, hostname: "127.0.0.1", maxUpgradesPerSecond: Infinity });
    await server.ready;
    const url = `ws://127.0.0.1:${server.port}`;
    /** Handlers that were called, and those that have ended or were told that nobody waits. */
    let begun = 0;
    let ended = 0;
    const options = {
      url,
      WebSocket: WebSocket as unknown as WebSocketClass,
      reconnect: { initialDelayMs: 1, maxDelayMs: 1, jitter: "none" },
      use: [handlers({ maxRunning: 10_000 })],
    } as const;
    // The small one loses what was asked with its socket.
    const client = keeps ? wsClient(options) : liteClient(options);
    client.onError(() => {});
    client.handle(Ask, async ({ payload, signal }) => {
      begun++;
      try {
        const way = payload.n % 3;
        if (way === 0) return payload;
        if (way === 1) await turn();
        // One that waits for ever, but for its end.
        else await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return payload;
      } finally {
        ended++;
      }
    });

    const outcomes = new Map<string, number>();
    const asked: Promise<void>[] = [];
    let settled = 0;
    const settle = (how: string): void => {
      settled++;
      outcomes.set(how, (outcomes.get(how) ?? 0) + 1);
    };
    for (let cut = 0; cut < CUTS; cut++) {
      await client.connect().catch(() => {});
      const [handle] = [...router.connections].filter(({ attached }) => attached);
      if (handle === undefined) {
        await turn();
        cut--;
        continue;
      }
      for (let n = 0; n < 3; n++) {
        const number = Math.floor(dice() * 1_000);
        const timeoutMs = dice() < 0.1 ? 2 : 60_000;
        asked.push(
          handle.request(Ask, { n: number }, { timeoutMs }).then(
            ({ payload }) => settle(payload.n === number ? "answered" : "another's answer"),
            (error: unknown) => settle(isRequestError(error) ? error.code : String(error)),
          ),
        );
      }
      for (let turns = Math.floor(dice() * 4); turns > 0; turns--) await turn();
      (handle.ws as unknown as WebSocket).terminate();
    }
    // What is still open ends with its connection.
    await client.close();
    for (const handle of router.connections) handle.close();
    await Promise.all(asked);
    await turn();
    expect(settled).toBe(3 * CUTS);
    const known = ["answered", "DEADLINE_EXCEEDED", "UNAVAILABLE"];
    expect([...outcomes.keys()].filter((how) => !known.includes(how))).toEqual([]);
    expect(outcomes.get("answered")).toBeGreaterThan(keeps ? CUTS : CUTS / 10);
    expect(outcomes.get("UNAVAILABLE")).toBeGreaterThan(0);
    expect(ended).toBe(begun);
    await server.stop({ timeoutMs: 0 });
  },
);
