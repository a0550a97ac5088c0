/** One of several processes behind a proxy. Run by Bun or Node; prints its port, and on SIGTERM stops and prints what it handled. */
import type * as Bun from "@ws-kit/bun";
import { createRouter } from "@ws-kit/zod";
import { Ask, Note } from "./messages.ts";

const adapter = process.versions["bun"] === undefined ? "@ws-kit/node" : "@ws-kit/bun";
const { serve } = (await import(adapter)) as typeof Bun;

const handled: string[] = [];
const router = createRouter();
router.on(Note, ({ payload: { id } }) => void handled.push(id));
router.rpc(Ask, ({ payload: { id } }) => {
  handled.push(id);
  return { id };
});

const server = serve(router, { port: 0, hostname: "127.0.0.1", allowedOrigins: "*" });
await (server as unknown as { ready?: Promise<void> }).ready;
console.log(`listening on ${server.port}`);
process.on("SIGTERM", () => {
  void server.stop().then(() => {
    console.log(`handled ${JSON.stringify(handled)}`);
    process.exit(0);
  });
});
