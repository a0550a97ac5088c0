/** Clients that send at a steady rate, each to a room of its own: four messages that are published, and a request. */
import { argv } from "node:process";

const [url = "", clients = "0", perSecond = "0"] = argv.slice(2);
const TICK_MS = 10;
/** It ends by itself, whatever becomes of whoever started it. */
setTimeout(() => process.exit(), 120_000);

const sockets = await Promise.all(
  Array.from(
    { length: Number(clients) },
    (_, index) =>
      new Promise<WebSocket>((resolve, reject) => {
        const socket = new WebSocket(url);
        socket.addEventListener("error", () => reject(new Error("It could not connect")));
        socket.addEventListener("open", () => {
          const password = "secret";
          socket.send(
            JSON.stringify({
              type: "LOG_IN",
              meta: { correlationId: "1" },
              payload: { name: `user ${index}`, password },
            }),
          );
          socket.send(JSON.stringify({ type: "JOIN", payload: { room: `room ${index}` } }));
          resolve(socket);
        });
      }),
  ),
);
process.stdout.write("open\n");

let sent = 0;
const begun = performance.now();
setInterval(() => {
  const due = ((performance.now() - begun) / 1_000) * Number(perSecond);
  for (; sent < due; sent++) {
    const index = sent % sockets.length;
    const socket = sockets[index];
    const isRequest = Math.floor(sent / sockets.length) % 5 === 4;
    const frame = isRequest
      ? { type: "REPORT", meta: { correlationId: `r${sent}` }, payload: { rows: 0 } }
      : {
          type: "SAY",
          payload: { room: `room ${index}`, text: `message ${sent} of somebody who has something to say` },
        };
    socket?.send(JSON.stringify(frame));
  }
}, TICK_MS);
