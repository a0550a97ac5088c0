import { createRouter } from "@ws-kit/zod";
import { Rename, Said, Say } from "./messages.ts";

/** What is known of each connection: `ctx.data`. */
export interface Visitor {
  name: string;
}

export const router = createRouter<Visitor>({
  // Look at a session or a token here; `undefined` refuses with 401.
  authenticate: () => ({ name: `Guest ${Math.ceil(Math.random() * 1_000)}` }),
});

router.onOpen((ctx) => ctx.topics.subscribe("lobby"));

router.on(Say, (ctx) => ctx.publish("lobby", Said, { from: ctx.data.name, text: ctx.payload.text }));

router.rpc(Rename, (ctx) => {
  ctx.assignData({ name: ctx.payload.name });
  return { name: ctx.payload.name };
});
