import { createBunHandler } from "@ws-kit/bun";
import { createApp, createBoard } from "./board.ts";

const board = createBoard();
const upgrade = createBunHandler(board.router);

const app = createApp<Bun.Server<unknown>>(() => board);
// Hono has Bun's server in `c.env`.
app.get("/ws", (c) => upgrade(c.req.raw, c.env));

const server = Bun.serve({
  port: Number(process.env["PORT"] ?? 3000),
  fetch: app.fetch,
  websocket: upgrade.websocket,
});
console.log(`The notice board is at ${server.url}`);
