import crossws from "crossws/adapters/bun";
import { z } from "zod";
import { shape } from "../messages.zod.ts";
import { announce } from "./announce.ts";

const Payload = z.object(shape);

const adapter = crossws({
  hooks: {
    message(peer, message) {
      const frame = message.json<{ type: string; payload: unknown }>();
      if (frame.type === "ECHO") {
        const payload = Payload.safeParse(frame.payload);
        if (payload.success) peer.send({ type: "ECHOED", payload: Payload.parse(payload.data) });
      } else if (frame.type === "JOIN") {
        peer.subscribe("room");
        peer.send({ type: "JOINED" });
      } else if (frame.type === "PUBLISH") {
        const reply = { type: "PUBLISHED", payload: Payload.parse(Payload.parse(frame.payload)) };
        // A peer's own publish leaves itself out.
        peer.publish("room", reply);
        peer.send(reply);
      }
    },
  },
});
const server = Bun.serve({
  port: 0,
  websocket: adapter.websocket,
  fetch: (req, running) => adapter.handleUpgrade(req, running),
});
announce(server.port);
