import { createRouter, message, rpc, z, type PublishResult } from "@ws-kit/zod";
import { Hono } from "hono";
import { page } from "./page.ts";

/** A notice board: written to by HTTP, read by sockets. */
export const Notice = message("NOTICE", { text: z.string().max(200) });
export const Readers = rpc("READERS", undefined, "READER_COUNT", { count: z.number() });

const TOPIC = "notices";

/** What the board's HTTP side needs of its sockets, wherever they are. */
export interface Board {
  pin(text: string): Promise<PublishResult>;
}

/** The sockets. One router for each listener, so that `router.connections` are that listener's on Workers too. */
export function createBoard() {
  const router = createRouter();
  router.onOpen((ctx) => ctx.topics.subscribe(TOPIC));
  router.rpc(Readers, () => ({ count: router.connections.size }));
  return { router, pin: (text: string): Promise<PublishResult> => router.publish(TOPIC, Notice, { text }) };
}

/** The HTTP routes, the same on every runtime. */
export function createApp<Env extends object>(boardOf: (env: Env) => Board): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();
  app.get("/", (c) => c.html(page));
  app.post("/notices", async (c) => {
    const checked = z.object({ text: z.string().min(1).max(200) }).safeParse(await c.req.json().catch(() => null));
    if (!checked.success) return c.json({ error: "A notice is { text }, of 1 to 200 characters" }, 400);
    const result = await boardOf(c.env).pin(checked.data.text);
    return result.ok ? c.json({ readers: result.matched }) : c.json({ error: result.error.message }, 500);
  });
  return app;
}
