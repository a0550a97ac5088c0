import { createRouter, message, z, type Router, type RuntimeTuning } from "@ws-kit/zod";

export const Echo = message("ECHO", { text: z.string() });

/** A router that asks for nothing of the runtime, for two listeners of which one does. */
export function createEcho(): Router {
  const router = createRouter();
  router.on(Echo, (ctx) => {
    ctx.send(Echo, ctx.payload);
  });
  return router;
}

/** What that one asks for. */
export const TIGHT = {
  maxPayloadBytes: 2_000,
  idleTimeoutSeconds: 1,
  compression: true,
} as const satisfies RuntimeTuning;
