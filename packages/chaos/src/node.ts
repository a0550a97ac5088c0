import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { serve as serveOnBun } from "@ws-kit/bun";
import type { Engine } from "@ws-kit/core/extend";
import { serve as serveOnNode } from "@ws-kit/node";
import { createRouter } from "@ws-kit/zod";
import { Enter, Join, Record, Recorded, Room, Said, Say } from "./messages.ts";

/** What a node tells its test, a line each. */
export type NodeLine =
  | { readonly listening: number }
  | { readonly link: "up" | "down"; readonly sinceMs: number; readonly atMs: number }
  | { readonly fault: string }
  | { readonly rssMb: number; readonly topics: number; readonly connections: number };

const tell = (line: NodeLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Serves one node of a chaos run in this process, until it is killed. */
export async function runNode(engine: Engine): Promise<void> {
  // Whoever reads the lines is gone, and telling of that would fail as well, for ever.
  process.stdout.on("error", () => process.exit(1));
  process.on("unhandledRejection", (error) => tell({ fault: `unhandled rejection: ${String(error)}` }));
  process.on("uncaughtException", (error) => tell({ fault: `uncaught: ${String(error.stack)}` }));
  const router = createRouter({
    engine,
    topics: [Room],
    logger: { debug() {}, warn() {}, error: (...line) => isFault(line) && tell({ fault: line.map(String).join(" ") }) },
  });
  const numbers = new Map<string, number>();
  router.on(Join, async (ctx) => {
    await Promise.all(ctx.payload.rooms.map((room) => ctx.topics.subscribe(room)));
  });
  router.rpc(Say, async (ctx) => {
    const { room, id } = ctx.payload;
    const n = (numbers.get(room) ?? 0) + 1;
    numbers.set(room, n);
    const result = await ctx.publish(room, Said, { node: router.cluster?.nodeId ?? "", room, n, id });
    if (!result.ok) throw result.error;
    ctx.reply({ remote: result.remote });
  });
  router.topic(Room, { authorize: () => true });
  router.rpc(Enter, async (ctx) => {
    await Promise.all(ctx.payload.rooms.map((id) => ctx.topics.subscribe(Room({ id }))));
    return {};
  });
  router.rpc(Record, async (ctx) => {
    const { id, room } = ctx.payload;
    const result = await ctx.publish(Room({ id: room }), Recorded, { id }, { ack: true, id });
    if (!result.ok) throw result.error;
    return { duplicate: result.duplicate === true, offset: result.position?.offset ?? 0 };
  });
  router.onLink((report) => tell({ link: report.state, sinceMs: report.sinceMs, atMs: report.atMs }));
  const options = { port: Number(process.env["PORT"]), hostname: "127.0.0.1" };
  if ("Bun" in globalThis) serveOnBun(router, options);
  else await serveOnNode(router, options).ready;
  tell({ listening: options.port });
  process.on("SIGUSR2", () => {
    collectGarbage();
    const { size: connections } = router.connections;
    tell({ rssMb: process.memoryUsage().rss / 1_048_576, topics: router.cluster?.topics ?? 0, connections });
  });
}

/** What cannot be recorded or followed while the engine is away is told to who asked; its logger also says how often. */
function isFault(line: readonly unknown[]): boolean {
  const isAway = line.some((part) => (part as { code?: unknown } | undefined)?.code === "UNAVAILABLE");
  return (
    !isAway && !/more like this .*(whether the engine has recorded|engine that keeps this topic)/.test(String(line[0]))
  );
}

/** So that what is measured is held, rather than not collected yet. */
function collectGarbage(): void {
  if ("Bun" in globalThis) {
    Bun.gc(true);
    return;
  }
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
