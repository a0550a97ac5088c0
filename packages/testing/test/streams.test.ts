import { wsClient } from "@ws-kit/client";
import { streams } from "@ws-kit/client/streams";
import type { Limits } from "@ws-kit/core";
import { createRouter, rpc, z } from "@ws-kit/zod";
import { expect, test } from "vitest";
import { createTestServer } from "../src/index.ts";

const Down = rpc("DOWN", { items: z.number() }, "DOWNED", {}, { stream: { fromServer: z.unknown() } });
const Up = rpc("UP", {}, "UPPED", { items: z.number() }, { stream: { fromClient: z.unknown() } });

const ITEMS: readonly unknown[] = [
  1,
  "a",
  "abcdefgh",
  "\u0001".repeat(30),
  true,
  null,
  {},
  [],
  { a: 1 },
  [1, [2, [3]]],
];

test.each([
  ["where a server has room for many of them", {}],
  ["where it has room for few", { maxBufferedBytes: 16_384, maxStreamBytes: 1_024 }],
])(
  "ten thousand small items of each kind come, and go, %s",
  { timeout: 60_000 },
  async (_where, limits: Partial<Limits>) => {
    for (const item of ITEMS) {
      const router = createRouter({ limits });
      router.rpc(Down, async (ctx) => {
        for (let n = 0; n < ctx.payload.items; n++) await ctx.write(item);
        return {};
      });
      router.rpc(Up, async (ctx) => {
        let items = 0;
        for await (const _ of ctx.incoming) items++;
        return { items };
      });
      const server = createTestServer(router);
      const client = wsClient({ url: "ws://localhost/", WebSocket: server.WebSocket, use: [streams()] });
      let read = 0;
      for await (const _ of client.stream(Down, { items: 10_000 }, { timeoutMs: 2_000 })) read++;
      expect(read).toBe(10_000);
      const sent = client.stream(Up, {}, { send: Array.from({ length: 10_000 }, () => item), timeoutMs: 2_000 });
      expect((await sent.result).payload).toEqual({ items: 10_000 });
      await client.close();
    }
  },
);
