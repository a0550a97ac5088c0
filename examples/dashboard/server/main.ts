import { serve } from "@ws-kit/bun";
import page from "../page/index.html";
import { createMetrics } from "./metrics.ts";

const { router, tick } = createMetrics();
const everyMs = Number(process.env["EVERY_MS"] ?? 1_000);
const server = serve(router, {
  port: Number(process.env["PORT"] ?? 3000),
  path: "/ws",
  routes: { "/": page },
  development: process.env["NODE_ENV"] === "development",
});
console.log(`The dashboard is at ${server.url}`);
const timer = setInterval(tick, everyMs);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    clearInterval(timer);
    void server.stop().then(() => process.exit());
  });
}
