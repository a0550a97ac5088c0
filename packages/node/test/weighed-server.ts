// Run by Node with --expose-gc: weighs its connections when asked to. `ws`: by hand, `ws-kit`: ours.
import type { AddressInfo } from "node:net";
import { serve } from "@ws-kit/node";
import { createRouter } from "@ws-kit/zod";
import { WebSocketServer } from "ws";

async function listen(): Promise<number> {
  if (process.argv[2] === "ws-kit") {
    const server = serve(createRouter(), { port: 0, hostname: "127.0.0.1", maxUpgradesPerSecond: Infinity });
    await server.ready;
    return server.port;
  }
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  server.on("connection", (ws) => {
    ws.on("message", (data) => ws.send(data));
    ws.on("close", () => ws.terminate());
  });
  await new Promise((resolve) => server.on("listening", resolve));
  return (server.address() as AddressInfo).port;
}

const port = await listen();
process.on("message", async () => {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  process.send?.({ heapUsed: process.memoryUsage().heapUsed });
});
process.send?.({ port });
