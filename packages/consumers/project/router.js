import { createRouter } from "@ws-kit/zod";
import { Add, Say } from "./messages.js";

export function createChat() {
  const router = createRouter();
  router.on(Say, (ctx) => void ctx.send(Say, ctx.payload));
  router.rpc(Add, ({ payload }) => ({ sum: payload.a + payload.b }));
  return router;
}
