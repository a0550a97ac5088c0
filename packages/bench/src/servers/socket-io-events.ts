import type { Server } from "socket.io";
import { z } from "zod";
import { shape } from "../messages.zod.ts";

const Payload = z.object(shape);

/** The handlers of both Socket.IO servers. */
export function handle(io: Server): void {
  io.on("connection", (socket) => {
    socket.on("ECHO", (given: unknown) => {
      const payload = Payload.safeParse(given);
      if (payload.success) socket.emit("ECHOED", Payload.parse(payload.data));
    });
    socket.on("ASK", (given: unknown, answer: (reply: unknown) => void) => {
      const payload = Payload.safeParse(given);
      if (payload.success) answer(Payload.parse(payload.data));
    });
    socket.on("JOIN", () => {
      void socket.join("room");
      socket.emit("JOINED");
    });
    socket.on("PUBLISH", (given: unknown) => {
      io.to("room").emit("PUBLISHED", Payload.parse(Payload.parse(given)));
    });
  });
}
