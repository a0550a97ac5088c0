import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createNodeHandler } from "@ws-kit/node";
import { createRouter, message, z } from "@ws-kit/zod";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

const Count = message("COUNT", { n: z.number() });

test("what one peer sends at once is handled in order, and in turns between which everything else goes on", async () => {
  const FRAMES = 5_000;
  const got: number[] = [];
  let whenOthersWent = Infinity;
  const router = createRouter().on(Count, (ctx) => {
    if (got.push(ctx.payload.n) === 1) setImmediate(() => (whenOthersWent = got.length));
    if (got.length === FRAMES) ctx.send(Count, { n: got.length });
  });
  const server = createServer();
  createNodeHandler(router).attach(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());

  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => client.terminate());
  await once(client, "open");
  for (let n = 0; n < FRAMES; n++) client.send(JSON.stringify({ type: "COUNT", payload: { n } }));
  await once(client, "message");
  expect(got).toEqual(Array.from({ length: FRAMES }, (_, n) => n));
  expect(whenOthersWent).toBeLessThan(200);
});
