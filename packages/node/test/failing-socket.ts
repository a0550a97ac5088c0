import { once } from "node:events";
import { serve } from "@ws-kit/node";
import { createRouter, message } from "@ws-kit/zod";
import { WebSocket } from "ws";

/** A process in which one connection's socket throws; prints what another one hears after that. */
const [Join, Joined, Bad, Later] = [message("JOIN"), message("JOINED"), message("BAD"), message("LATER")];

const logger = { debug() {}, warn() {}, error() {} };
const router = createRouter({ logger })
  .on(Join, (ctx) => {
    void ctx.topics.subscribe("room");
    ctx.send(Joined);
  })
  .on(Bad, (ctx) => {
    (ctx.ws as { send: unknown }).send = () => {
      throw new Error("the socket failed");
    };
    throw new Error("bad");
  });
const server = serve(router, { port: 0 });
await server.ready;

async function join(): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${server.port}`);
  await once(client, "open");
  client.send(JSON.stringify({ type: "JOIN" }));
  await once(client, "message");
  return client;
}

const [first, second] = [await join(), await join()];
first.send(JSON.stringify({ type: "BAD" }));
await new Promise((resolve) => setTimeout(resolve, 20));
void router.publish("room", Later);
const [data] = (await Promise.race([
  once(second, "message"),
  new Promise((resolve) => setTimeout(resolve, 2_000, ["nothing"])),
])) as [Buffer | string];
process.stdout.write(`${data.toString()}\n`);
process.exit();
