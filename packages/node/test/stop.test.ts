import { once } from "node:events";
import { connect } from "node:net";
import { serve } from "@ws-kit/node";
import { createRouter } from "@ws-kit/zod";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

async function stopMs(running: ReturnType<typeof serve>): Promise<number> {
  const begun = performance.now();
  await Promise.race([running.stop({ timeoutMs: 200 }), new Promise((resolve) => void setTimeout(resolve, 10_000))]);
  return performance.now() - begun;
}

test("a connection that never begins TLS does not hold up a server that stops", async () => {
  const running = serve(createRouter(), { port: 0, hostname: "127.0.0.1", tls: {} });
  await running.ready;
  const socket = connect(running.port, "127.0.0.1").on("error", () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  await new Promise((resolve) => void setTimeout(resolve, 50));
  expect(await stopMs(running)).toBeLessThan(5_000);
});

test("nor does a socket that another listener for upgrades has taken", async () => {
  const running = serve(createRouter(), { port: 0, hostname: "127.0.0.1", path: "/ws" });
  await running.ready;
  const others = new WebSocketServer({ noServer: true });
  running.server.on("upgrade", (req, socket, head) => {
    if (req.url === "/other") others.handleUpgrade(req, socket, head, () => {});
  });
  const ws = new WebSocket(`ws://127.0.0.1:${running.port}/other`).on("error", () => {});
  await once(ws, "open");
  expect(await stopMs(running)).toBeLessThan(5_000);
});
