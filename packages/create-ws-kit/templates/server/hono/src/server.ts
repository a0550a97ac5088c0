import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { createNodeHandler } from "@ws-kit/node";
import { Hono } from "hono";
import { router } from "./router.ts";

const app = new Hono();
app.get("/online", (c) => c.json({ online: router.connections.size }));
app.use(serveStatic({ root: "dist" })); // the page, once it is built; in development Vite serves it

const server = serve({ fetch: app.fetch, port: Number(process.env["PORT"] ?? 3000) }, ({ port }) => {
  console.log(`Listening on http://localhost:${port}`);
}) as Server;
createNodeHandler(router).attach(server, "/ws");

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close();
    void router.drain().then(() => process.exit()); // pages come back to the next server
  });
}
