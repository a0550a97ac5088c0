import process from "node:process";
import { serve } from "@ws-kit/deno";
import { createRouter, rpc, z } from "@ws-kit/zod";

const Add = rpc("ADD", { a: z.number(), b: z.number() }, "SUM", { sum: z.number() });
const router = createRouter().rpc(Add, ({ payload: { a, b } }) => ({ sum: a + b }));

const server = serve(router, { port: 0, hostname: "127.0.0.1" });
await server.ready.then(() => {
  const socket = new WebSocket(new URL("/", server.url));
  socket.addEventListener("open", () =>
    socket.send(JSON.stringify({ type: "ADD", meta: { correlationId: "1" }, payload: { a: 2, b: 3 } })),
  );
  socket.addEventListener("message", ({ data }) => {
    console.log(data);
    process.exit();
  });
});
