import { createDurableObject, createWorker } from "@ws-kit/cloudflare";
import type { PublishResult } from "@ws-kit/zod";
import { createApp, createBoard, Notice } from "../src/board.ts";

interface Env {
  BOARD: DurableObjectNamespace<BoardObject>;
}

/** The one object that keeps the sockets. */
export class BoardObject extends createDurableObject<Env>(() => createBoard().router) {
  pin(text: string): Promise<PublishResult> {
    return this.publish("notices", Notice, { text });
  }
}

const objectOf = (env: Env) => env.BOARD.getByName("the board");
const sockets = createWorker<Env>({ path: "/:ws", object: objectOf });

const app = createApp<Env>((env) => ({ pin: (text) => objectOf(env).pin(text) }));
app.get("/ws", (c) => sockets.fetch(c.req.raw, c.env, c.executionCtx as ExecutionContext));

export default app;
