/** A server with the page, for tests and for a look at it: on Bun or Node, as it was started. */
import { createRouter } from "@ws-kit/zod";
import { devtools } from "../src/index.ts";
import { Chat, Confirm, Join, Leave, LogIn, Report, Said, Say } from "./messages.ts";

const router = createRouter<{ user?: string; apiToken?: string }>({ identify: (data) => data.user });
const tools = devtools(router, { messages: Chat });
router
  .on(Join, (ctx) => ctx.topics.subscribe(ctx.payload.room))
  .on(Say, (ctx) => {
    if (ctx.payload.text === "fail") throw new Error("The database is gone");
    const { room, text } = ctx.payload;
    void ctx.publish(room, Said, { room, text: process.env["CHANGED"] === undefined ? text : `${text}!` });
  })
  .on(Leave, async (ctx) => {
    const { payload } = await ctx.request(Confirm, { question: `Leave ${ctx.payload.room}?` });
    if (payload.yes) await ctx.topics.unsubscribe(ctx.payload.room);
  })
  .rpc(LogIn, (ctx) => {
    if (ctx.payload.password === "wrong") return ctx.error("UNAUTHENTICATED", "No such user");
    ctx.assignData({ user: ctx.payload.name, apiToken: "hidden-token" });
    return { token: crypto.randomUUID() };
  })
  .rpc(Report, async (ctx) => {
    await new Promise((resolve) => setTimeout(resolve, ctx.payload.rows));
    return ctx.payload;
  })
  .onError(() => {});

const { serve } = typeof Bun === "undefined" ? await import("@ws-kit/node") : await import("@ws-kit/bun");
const server = serve(router, {
  port: Number(process.env["PORT"] ?? 0),
  hostname: "127.0.0.1",
  path: "/ws",
  fetch: tools,
  ...(process.env["ORIGINS"] !== undefined && { allowedOrigins: process.env["ORIGINS"] as "*" }),
});
if ("ready" in server) await server.ready;
process.stdout.write(`${server.port}\n`);
process.once("SIGTERM", () => void server.stop().then(() => process.exit()));
