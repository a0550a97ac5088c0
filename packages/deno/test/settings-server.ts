import { createEcho, TIGHT } from "@ws-kit/conformance/settings-app";
import { createDenoHandler, serve } from "@ws-kit/deno";

const { maxPayloadBytes, idleTimeoutSeconds } = TIGHT;
const router = createEcho();
const wide = createDenoHandler(router);
const running = serve(router, {
  maxPayloadBytes,
  idleTimeoutSeconds,
  compression: false,
  port: 0,
  hostname: "127.0.0.1",
  path: "/tight",
  fetch: (req) => wide(req),
});
for (const options of [TIGHT, { idleTimeoutSeconds: 0.5 }]) {
  try {
    createDenoHandler(router, options);
  } catch (error) {
    console.log(String(error));
  }
}
console.log(`LISTENING ${running.port}`);
