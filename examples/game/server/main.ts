import { serve } from "@ws-kit/bun";
import page from "../page/index.html";
import { TICK_MS } from "../shared/messages.ts";
import { createGame } from "./game.ts";

const { router, tick } = createGame(Number(process.env["BOTS"] ?? 60));
const server = serve(router, {
  port: Number(process.env["PORT"] ?? 3000),
  path: "/ws",
  routes: { "/": page },
  development: process.env["NODE_ENV"] === "development",
});
console.log(`The game is at ${server.url}`);
const timer = setInterval(tick, TICK_MS);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    clearInterval(timer);
    void server.stop().then(() => process.exit());
  });
}
