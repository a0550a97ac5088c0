import type { Client } from "@ws-kit/client/zod";
import { createRouter, message, rpc, z } from "@ws-kit/zod";

/**
 * Two layers, for two questions. Is there anybody? The protocol's own ping, which the peer's WebSocket answers by itself,
 * whatever its page does. Is the application there, and how long does it take? A request, which its code answers.
 */
export const Ping = rpc("HEARTBEAT_PING", { timestamp: z.number() }, "HEARTBEAT_PONG", {
  timestamp: z.number(),
  /** Milliseconds from the client's clock to the server's: of use where both are set. */
  latency: z.number(),
});
export const Gone = message.fromServer("GONE", { clientId: z.string() });

/** @param intervalMs Of the protocol's ping. A peer that is silent for nearly as long is closed with 4408. */
export function createHeartbeat(intervalMs = 30_000) {
  const router = createRouter({
    heartbeat: {
      intervalMs,
      timeoutMs: intervalMs * 0.8,
      onStaleConnection: (clientId) => void router.publish("everybody", Gone, { clientId }),
    },
  });
  router.onOpen((ctx) => ctx.topics.subscribe("everybody"));
  router.rpc(Ping, ({ payload: { timestamp }, receivedAt }) => ({ timestamp, latency: receivedAt - timestamp }));
  return router;
}

export const router = createHeartbeat();

/** On the page: the round trip by one clock, so that it does not matter how either is set. */
export async function roundTripMs(client: Client): Promise<number> {
  const start = performance.now();
  await client.request(Ping, { timestamp: Date.now() });
  return performance.now() - start;
}
