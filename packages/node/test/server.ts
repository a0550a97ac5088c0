import { codecCalled, control, createApp } from "@ws-kit/conformance/app";
import { createNodeHandler, serve } from "@ws-kit/node";

const { main, ...others } = createApp(codecCalled(process.argv[2]));
const endpoints = { main, ...others };

const running = serve(main.router, {
  ...main.options,
  port: 0,
  hostname: "127.0.0.1",
  path: main.path,
  async fetch(req) {
    const { pathname, searchParams } = new URL(req.url);
    if (pathname === main.path)
      return new Response("This is a WebSocket endpoint", { status: 426, headers: { upgrade: "websocket" } });
    const name = (searchParams.get("endpoint") ?? "main") as keyof typeof endpoints;
    return (await control(req, endpoints[name].router)) ?? new Response("Not found", { status: 404 });
  },
});
for (const { path, router, options } of Object.values(others)) {
  createNodeHandler(router, options).attach(running.server, path);
}
await running.ready;
console.log(`LISTENING ${running.port}`);
