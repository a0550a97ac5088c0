import { message, wsClient, z } from "@ws-kit/client/zod";
import { expect, test } from "vitest";
import { startServer } from "./process.ts";
import { Beat } from "./messages.ts";

test("two layers of heartbeat: the client's own, and one that the application measures with", async () => {
  const server = await startServer();
  const client = wsClient({ url: server.url, heartbeat: { intervalMs: 50 } });
  const Measured = message("BEAT", { sentAt: z.number() });
  const latency = new Promise<number>((resolve) => {
    client.on(Measured, ({ payload }) => resolve(Date.now() - payload.sentAt));
  });
  await client.connect();
  expect(client.send(Beat, { sentAt: Date.now() })).toBe(true);
  expect(await latency).toBeLessThan(5_000);
  await expect.poll(() => client.latencyMs).toBeLessThan(5_000);

  const closed = new Promise<number | undefined>((resolve) => {
    client.onState((state, { code }) => void (state === "closed" && resolve(code)));
  });
  await server.kill();
  expect(await closed).toBe(1006);
  await client.close();
});
