import type { Router } from "@ws-kit/core";
import { createRouter } from "@ws-kit/zod";
import { setTimeout as sleep } from "node:timers/promises";
import { GetUser, Import, Join, Lobby, Rename, Room, Said, Say } from "./messages.ts";

/** As `serve` of `@ws-kit/node`, which depends on this package. */
export type Serve = (
  router: Router,
  options: { port: number; path: string; fetch: (req: Request) => Response },
) => {
  readonly port: number | undefined;
  readonly ready: Promise<unknown>;
  stop(options: { timeoutMs: number }): Promise<unknown>;
};

/** A server of the page, with what it has seen. */
export async function startServer(serve: Serve, page: string) {
  const aborted: string[] = [];
  const asked: string[] = [];
  const router = createRouter({ topics: [Room, Lobby] });
  router.topic(Room, { authorize: ({ id }) => id !== "closed" });
  router.topic(Lobby, { authorize: () => true });
  router.on(Join, (ctx) => ctx.topics.subscribe("ticks"));
  router.on(Say, (ctx) => void ctx.publish(Room({ id: "1" }), Said, ctx.payload));
  router.rpc(GetUser, async (ctx) => {
    const { id } = ctx.payload;
    asked.push(id);
    ctx.signal.addEventListener("abort", () => aborted.push(id));
    if (id.startsWith("slow")) await sleep(60_000, undefined, { signal: ctx.signal }).catch(() => {});
    if (id === "nobody") return ctx.error("NOT_FOUND", "Nobody", { id });
    return { name: `user ${id}` };
  });
  router.rpc(Rename, (ctx) => (ctx.payload.name === "taken" ? ctx.error("ALREADY_EXISTS", "Taken") : ctx.payload));
  router.rpc(Import, async (ctx) => {
    for (let done = 1; done <= ctx.payload.rows; done++) {
      ctx.progress({ done });
      await sleep(20);
    }
    return ctx.payload;
  });
  const server = serve(router, {
    port: 0,
    path: "/ws",
    fetch: (req) =>
      new URL(req.url).pathname === "/page.js"
        ? new Response(page, { headers: { "content-type": "text/javascript" } })
        : new Response('<!doctype html><div id="root"></div><script type="module" src="/page.js"></script>', {
            headers: { "content-type": "text/html" },
          }),
  });
  await server.ready;
  return { router, server, aborted, asked, url: `http://localhost:${server.port}/` };
}
