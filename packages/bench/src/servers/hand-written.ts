import { z } from "zod";
import { handWrittenValibot, handWrittenZod, type Peer } from "../dispatch/hand-written.ts";
import { shape } from "../messages.zod.ts";
import { announce } from "./announce.ts";

/** A server on bare Bun, as in `dispatch/hand-written.ts`, with topics. */
const checkReply = !process.argv.includes("--unchecked");
const receive = process.argv.includes("--valibot") ? handWrittenValibot(checkReply) : handWrittenZod(checkReply);
const awaits = process.argv.includes("--awaits");
const receiveLater = async (peer: Peer, text: string) => {
  if (awaits) await Promise.resolve();
  receive(peer, text);
};
/** Waits for the message before, as whoever keeps the order of asynchronous handlers has to; what fails is dropped. */
const receiveAfter = async (before: Promise<void> | undefined, peer: Peer, text: string) => {
  await before;
  try {
    await receiveLater(peer, text);
  } catch {}
};
/** The last message of each connection. */
const last = new WeakMap<Peer, Promise<void>>();
const receiveInOrder = (peer: Peer, text: string) => {
  last.set(peer, receiveAfter(last.get(peer), peer, text));
};
const receiveAsync = process.argv.includes("--in-order") ? receiveInOrder : receiveLater;
const handle = process.argv.includes("--async") ? receiveAsync : receive;
const Payload = z.object(shape);
const Join = z.object({ topic: z.string() });

const server = Bun.serve<{ id: string }>({
  port: 0,
  fetch(req, running) {
    return running.upgrade(req, { data: { id: crypto.randomUUID() } })
      ? undefined
      : new Response(null, { status: 400 });
  },
  websocket: {
    message(ws, text) {
      if (typeof text !== "string") return ws.close(1003);
      // Topics are kept out of the path that the other workloads take.
      if (text.startsWith('{"type":"JOIN"')) {
        const { topic } = Join.parse((JSON.parse(text) as { payload: unknown }).payload);
        ws.subscribe(topic);
        ws.send(JSON.stringify({ type: "JOINED", payload: { topic } }));
      } else if (text.startsWith('{"type":"PUBLISH"')) {
        const payload = Payload.parse((JSON.parse(text) as { payload: unknown }).payload);
        server.publish(
          "room",
          JSON.stringify({ type: "PUBLISHED", payload: checkReply ? Payload.parse(payload) : payload }),
        );
      } else return handle(ws, text);
      return undefined;
    },
  },
});
announce(server.port);
