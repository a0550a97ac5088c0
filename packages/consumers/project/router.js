import { createRouter } from "@ws-kit/zod";
import { Add, Count, Say } from "./messages.js";

export function createChat() {
  const router = createRouter();
  router.on(Say, (ctx) => void ctx.send(Say, ctx.payload));
  router.rpc(Add, ({ payload }) => ({ sum: payload.a + payload.b }));
  router.rpc(Count, async (ctx) => {
    for (let n = 1; n <= ctx.payload.to; n++) {
      ctx.progress({ n });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { to: ctx.payload.to };
  });
  return router;
}
