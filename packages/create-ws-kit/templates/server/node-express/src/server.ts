import { createNodeHandler } from "@ws-kit/node";
import express from "express";
import { router } from "./router.ts";

const app = express();
app.use(express.static("dist")); // the page, once it is built; in development Vite serves it

const server = app.listen(Number(process.env["PORT"] ?? 3000), () => {
  console.log("Listening on", server.address());
});
createNodeHandler(router).attach(server, "/ws");

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close();
    void router.drain().then(() => process.exit()); // pages come back to the next server
  });
}
