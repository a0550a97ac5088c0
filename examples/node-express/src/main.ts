import { bearerToken, createNodeHandler } from "@ws-kit/node";
import express from "express";
import type { AddressInfo } from "node:net";
import { admin, poll, tally } from "./poll.ts";

const app = express();
app.get("/", (_req, res) => res.sendFile("page.html", { root: import.meta.dirname }));
app.get("/results", (_req, res) => void res.json(tally()));

const server = app.listen(Number(process.env["PORT"] ?? 3000), () => {
  console.log(`The poll is at http://localhost:${(server.address() as AddressInfo).port}/`);
});

createNodeHandler(poll).attach(server, "/poll");
createNodeHandler(admin, {
  authenticate(req) {
    // Stands for a look at a session or a signed token.
    const name = bearerToken(req);
    return name === undefined ? undefined : { name };
  },
}).attach(server, "/admin");

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close();
    void Promise.all([poll.drain(), admin.drain()]).then(() => process.exit());
  });
}
