import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createEcho, TIGHT } from "@ws-kit/conformance/settings-app";
import { createNodeHandler } from "@ws-kit/node";

const router = createEcho();
const server = createServer().listen(0, "127.0.0.1", () => {
  console.log(`LISTENING ${(server.address() as AddressInfo).port}`);
});
createNodeHandler(router, TIGHT).attach(server, "/tight");
createNodeHandler(router).attach(server, "/wide");
