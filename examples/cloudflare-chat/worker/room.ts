import { createDurableObject } from "@ws-kit/cloudflare";
import { createRouter, WsKitError, type Router } from "@ws-kit/zod";
import { Present, Say, Spoken, Welcome, type Entry } from "../messages.ts";

/** What the Worker knows of a visitor, and what the room keeps of one while it sleeps. */
export interface Visitor {
  name: string;
  room: string;
  /** When this visitor spoke within the last minute. */
  spoke?: number[];
}

const EVERYBODY = "everybody";
const REMEMBERED = 50;
const PER_MINUTE = 20;

/** One room: its router has the room's own storage at hand. */
function createRoom(storage: DurableObjectStorage): Router<Visitor> {
  const router = createRouter<Visitor>();
  const names = () => [...new Set([...router.connections].map(({ data }) => data.name))];
  const history = async () => (await storage.get<Entry[]>("history")) ?? [];

  router.onOpen(async (ctx) => {
    await ctx.topics.subscribe(EVERYBODY);
    ctx.send(Welcome, { room: ctx.data.room, history: await history(), names: names() });
    void ctx.publish(EVERYBODY, Present, { names: names() }, { excludeSelf: true });
  });

  router.onClose((ctx) => {
    void ctx.publish(EVERYBODY, Present, { names: names() });
  });

  router.rpc(Say, async (ctx) => {
    const at = Date.now();
    const spoke = (ctx.data.spoke ?? []).filter((then) => then > at - 60_000);
    if (spoke.length >= PER_MINUTE) {
      const retryAfterMs = (spoke[0] ?? at) + 60_000 - at;
      throw new WsKitError("RESOURCE_EXHAUSTED", "Slow down", { perMinute: PER_MINUTE }, { retryAfterMs });
    }
    ctx.assignData({ spoke: [...spoke, at] });
    const entry = { from: ctx.data.name, text: ctx.payload.text, at };
    void ctx.publish(EVERYBODY, Spoken, entry, { excludeSelf: true });
    await storage.put("history", [...(await history()), entry].slice(-REMEMBERED));
    return entry;
  });
  return router;
}

export class Room extends createDurableObject<unknown, Visitor>((ctx) => createRoom(ctx.storage)) {
  /** For the Worker's HTTP side: says something in everybody's name. */
  async announce(text: string): Promise<number> {
    const result = await this.publish(EVERYBODY, Spoken, { from: "the house", text, at: Date.now() });
    return result.ok ? result.matched : 0;
  }
}
