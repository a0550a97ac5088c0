import { Hono } from "hono";
import { upgradeWebSocket, websocket } from "hono/bun";
import { z } from "zod";
import { shape } from "../messages.zod.ts";
import { announce } from "./announce.ts";

const Payload = z.object(shape);

const app = new Hono().get(
  "/",
  // oxlint-disable-next-line typescript/no-deprecated -- what applications use today
  upgradeWebSocket(() => ({
    onMessage(event, ws) {
      const frame = JSON.parse(event.data as string) as { type: string; payload: unknown };
      const payload = Payload.safeParse(frame.payload);
      if (frame.type === "ECHO" && payload.success) {
        ws.send(JSON.stringify({ type: "ECHOED", payload: Payload.parse(payload.data) }));
      }
    },
  })),
);
// oxlint-disable-next-line typescript/no-deprecated -- as above
const server = Bun.serve({ port: 0, fetch: app.fetch, websocket });
announce(server.port);
