// A program for Bun: what its extensions hear is printed, a line of JSON each.
import { AsyncLocalStorage } from "node:async_hooks";
import { serve } from "@ws-kit/bun";
import { createRouter, message, rpc } from "@ws-kit/core";
import { type Extension, requestLog } from "@ws-kit/core/extend";

const say = (hook: string, what: object): void => console.log(JSON.stringify({ hook, ...what }));
const trace = new AsyncLocalStorage<string>();

const witness: Extension = {
  name: "witness",
  control: "$ws:witness",
  setup: ({ sendControl }) => ({
    gate: (_, frame) =>
      (frame as string).includes("TOO_MUCH")
        ? { error: "RESOURCE_EXHAUSTED", message: "Slow down", retryAfterMs: 50 }
        : undefined,
    opened: ({ clientId }) => say("opened", { clientId }),
    closed: ({ clientId }, { code }) => say("closed", { clientId, code }),
    joined: (_, { topic, first }) => say("joined", { topic, first }),
    parted: (_, { topic, last }) => say("parted", { topic, last }),
    published: (_, { topic, type, matched }) => say("published", { topic, type, matched }),
    stamp: () => ({ trace: trace.getStore() }),
    control: (connection, { payload }) => void sendControl(connection, { echo: payload }),
  }),
};

const News = message("NEWS");
const Ask = rpc("ASK", undefined, "ANSWER", undefined);

const router = createRouter()
  .extend(witness)
  .extend(requestLog({ write: ({ ms, waitedMs, ...line }) => say("line", { ...line, timed: ms >= waitedMs }) }))
  .use((ctx, next) => trace.run(`t-${ctx.type}`, next))
  .onOpen((ctx) => void ctx.topics.subscribe("news"))
  .on(message("TELL"), async (ctx) => {
    await Bun.sleep(5);
    void ctx.publish("news", News);
  })
  .rpc(Ask, async (ctx) => {
    await Bun.sleep(5);
    ctx.reply();
  });

const { port } = serve(router, { port: 0, hostname: "127.0.0.1" });
console.log(String(port));
