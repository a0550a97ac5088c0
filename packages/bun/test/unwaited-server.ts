// A program for Bun: prints in which order messages end and the microtasks of their handlers run.
import { serve } from "@ws-kit/bun";
import { createRouter, message, rpc } from "@ws-kit/core";

const say = (what: string): void => console.log(what);
const mark = (type: string): void => queueMicrotask(() => say(`microtask of ${type}`));

const Said = message("SAID");
const router = createRouter()
  .extend({ name: "witness", setup: () => ({ settled: (_, { type, outcome }) => say(`${type} ${outcome}`) }) })
  .on(message("AT_ONCE"), async () => mark("AT_ONCE"))
  .on(message("LATER"), async (ctx) => {
    mark("LATER");
    await Bun.sleep(1);
    ctx.send(Said);
  })
  .on(message("FAILS"), async () => {
    mark("FAILS");
    throw new Error("meant to fail");
  })
  .on(message("THENABLE"), () => {
    mark("THENABLE");
    // oxlint-disable-next-line unicorn/no-thenable -- as a query that is run when it is waited for
    return { then: (done: () => void) => void setTimeout(done, 1) };
  })
  .rpc(rpc("ASK", undefined, "ANSWER", undefined), async (ctx) => {
    mark("ASK");
    ctx.reply();
  })
  .rpc(rpc("ASK_IN_VAIN", undefined, "ANSWER", undefined), async () => {
    mark("ASK_IN_VAIN");
    throw new Error("meant to fail");
  });

const { port } = serve(router, { port: 0, hostname: "127.0.0.1" });
say(String(port));
