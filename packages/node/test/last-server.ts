// Stops while an `onClose` is waited for, with nothing else that keeps the process alive. Prints that it came to the end.
import { serve } from "@ws-kit/node";
import { createRouter } from "@ws-kit/zod";
import { WebSocket } from "ws";

const router = createRouter({ limits: { closeGraceMs: 500 } }).onClose(() => new Promise<void>(() => {}));
const server = serve(router, { port: 0, hostname: "127.0.0.1" });
await server.ready;
const peer = new WebSocket(`ws://127.0.0.1:${server.port}/`);
await new Promise((resolve) => peer.on("open", resolve));
peer.close();
await new Promise((resolve) => peer.on("close", resolve));
await server.stop();
console.log("stopped");
