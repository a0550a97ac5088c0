// Serves the chat under /ws, and the folder `out` with the headers that HEADERS has.
import { readFile } from "node:fs/promises";
import { join, normalize } from "node:path";
import { serve } from "@ws-kit/node";
import { createChat } from "./router.js";

const headers = JSON.parse(process.env.HEADERS ?? "{}");
const types = { html: "text/html", js: "text/javascript" };
const server = serve(createChat(), {
  port: 0,
  path: "/ws",
  ...(process.env.ORIGINS && { allowedOrigins: process.env.ORIGINS.split(",") }),
  async fetch(req) {
    const path = normalize(new URL(req.url).pathname);
    try {
      const body = await readFile(join("out", path));
      return new Response(body, {
        headers: { "content-type": types[path.split(".").at(-1)] ?? "text/plain", ...headers },
      });
    } catch {
      return new Response("Not found", { status: 404 });
    }
  },
});
await server.ready;
console.log(`listening on ${server.port}`);
