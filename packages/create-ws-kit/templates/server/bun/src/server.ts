import { serve } from "@ws-kit/bun";
import page from "../index.html";
import { router } from "./router.ts";

const server = serve(router, {
  port: Number(process.env["PORT"] ?? 3000),
  path: "/ws",
  routes: { "/": page }, // Bun bundles it
  development: process.env["NODE_ENV"] !== "production",
});
console.log(`Listening on ${server.url}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void server.stop().then(() => process.exit()));
}
