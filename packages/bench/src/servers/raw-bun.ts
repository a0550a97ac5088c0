import { announce } from "./announce.ts";

/** The floor: what Bun itself costs, without JSON and without checks. */
const server = Bun.serve({
  port: 0,
  fetch(req, running) {
    return running.upgrade(req, { data: undefined }) ? undefined : new Response(null, { status: 400 });
  },
  websocket: {
    message(ws, text) {
      if (typeof text === "string" && text.startsWith('{"type":"JOIN"')) ws.subscribe("room");
      ws.send(text);
    },
  },
});
announce(server.port);
