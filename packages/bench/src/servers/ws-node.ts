import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { z } from "zod";
import { handWrittenZod } from "../dispatch/hand-written.ts";
import { shape } from "../messages.zod.ts";
import { announce } from "./announce.ts";

/** `ws` on Node by hand. `--cork`: what a tick sends to one peer leaves in one system call, by a line that few write. */
const corks = process.argv.includes("--cork");
const receive = handWrittenZod(!process.argv.includes("--unchecked"));
const Payload = z.object(shape);
const room = new Set<WebSocket>();

const server = new WebSocketServer({ port: 0, perMessageDeflate: false });
server.on("connection", (ws) => {
  ws.on("close", () => room.delete(ws));
  ws.on("message", (data, binary) => {
    if (binary) return ws.close(1003);
    if (corks) cork(ws);
    // oxlint-disable-next-line typescript/no-base-to-string -- ws gives one Buffer unless told otherwise
    const text = data.toString();
    if (text.startsWith('{"type":"JOIN"')) {
      room.add(ws);
      ws.send(JSON.stringify({ type: "JOINED" }));
    } else if (text.startsWith('{"type":"PUBLISH"')) {
      const payload = Payload.parse(Payload.parse((JSON.parse(text) as { payload: unknown }).payload));
      const frame = JSON.stringify({ type: "PUBLISHED", payload });
      for (const peer of room) peer.send(frame);
    } else receive(ws, text);
    return undefined;
  });
});
server.on("listening", () => announce((server.address() as AddressInfo).port));

function cork(ws: WebSocket): void {
  const { _socket: socket } = ws as unknown as { _socket: Socket };
  if (socket.writableCorked > 0) return;
  socket.cork();
  process.nextTick(() => socket.uncork());
}
