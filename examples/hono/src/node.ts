import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { createNodeHandler } from "@ws-kit/node";
import { createApp, createBoard } from "./board.ts";

const board = createBoard();
const app = createApp(() => board);

const server = serve({ fetch: app.fetch, port: Number(process.env["PORT"] ?? 3000) }, ({ port }) => {
  console.log(`The notice board is at http://localhost:${port}/`);
}) as Server;
createNodeHandler(board.router).attach(server, "/ws");
