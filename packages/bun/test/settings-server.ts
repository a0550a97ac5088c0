import { createBunHandler, serve } from "@ws-kit/bun";
import { createEcho, TIGHT } from "@ws-kit/conformance/settings-app";

const router = createEcho();
router.onClose(() => console.log("onClose ran"));
const before = { ...router.websocket };
const tight = createBunHandler(router, TIGHT);
const wide = serve(router, { port: 0, hostname: "127.0.0.1" });
const kept = JSON.stringify(before) === JSON.stringify(router.websocket) && wide.server !== undefined;
if (!kept) throw new Error("A handler has changed router.websocket");

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (req, running) => tight(req, running),
  websocket: tight.websocket,
});

// A server has one set of settings, and this one has not the handler's.
const mistaken = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (req, running) => tight(req, running),
  websocket: router.websocket,
});
for (const seconds of [0.5, 961]) {
  try {
    createBunHandler(router, { idleTimeoutSeconds: seconds });
  } catch (error) {
    console.log(String(error));
  }
}
console.log(`MISTAKEN ${mistaken.port}\nWIDE ${wide.port}\nLISTENING ${server.port}`);
