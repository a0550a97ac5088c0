import { codecCalled, control, createApp } from "@ws-kit/conformance/app";
import { createDenoHandler, serve } from "@ws-kit/deno";

const { main, ...others } = createApp(codecCalled(process.argv[2]));
const endpoints = { main, ...others };
const handlers = new Map(
  Object.values(others).map(({ path, router, options }) => [path as string, createDenoHandler(router, options)]),
);

const running = serve(main.router, {
  ...main.options,
  port: 0,
  hostname: "127.0.0.1",
  path: main.path,
  async fetch(req) {
    const { pathname, searchParams } = new URL(req.url);
    const handler = handlers.get(pathname);
    if (handler !== undefined) return handler(req);
    if (pathname === main.path) return new Response("This is a WebSocket endpoint", { status: 426 });
    const name = (searchParams.get("endpoint") ?? "main") as keyof typeof endpoints;
    return (await control(req, endpoints[name].router)) ?? new Response("Not found", { status: 404 });
  },
});
console.log(`LISTENING ${running.port}`);
