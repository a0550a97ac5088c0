import { Elysia, t } from "elysia";
import { announce } from "./announce.ts";

const Payload = t.Object({ roomId: t.String(), text: t.String(), seq: t.Number() });

const app = new Elysia()
  .ws("/", {
    body: t.Object({ type: t.String(), payload: Payload }),
    response: t.Object({ type: t.String(), payload: Payload }),
    message(ws, { type, payload }) {
      if (type === "JOIN") {
        ws.subscribe("room");
        ws.send({ type: "JOINED", payload });
      } else if (type === "ECHO") ws.send({ type: "ECHOED", payload });
      else if (type === "PUBLISH") {
        const reply = { type: "PUBLISHED", payload };
        // A socket's own publish leaves itself out.
        ws.publish("room", reply);
        ws.send(reply);
      }
    },
  })
  .listen(0);
announce(app.server?.port);
