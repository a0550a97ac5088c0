import { createBunHandler } from "@ws-kit/bun";
import { control, createApp, type Endpoint } from "@ws-kit/conformance/app";

const app = createApp();
const endpoints = Object.values(app) as Endpoint[];
const handlers = new Map(
  endpoints.map(({ path, router, options }) => [path as string, createBunHandler(router, options)]),
);

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(req, running) {
    const { pathname, searchParams } = new URL(req.url);
    const handler = handlers.get(pathname);
    if (handler !== undefined) return handler(req, running);
    const name = searchParams.get("endpoint") ?? "main";
    return (await control(req, app[name as keyof typeof app].router)) ?? new Response("Not found", { status: 404 });
  },
  websocket: app.main.router.websocket,
});
console.log(`LISTENING ${server.port}`);
