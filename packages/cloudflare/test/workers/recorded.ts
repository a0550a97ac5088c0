import { createDurableObject, createWorker } from "@ws-kit/cloudflare";
import { createRouter, message, rpc, topic, z } from "@ws-kit/zod";

interface Env {
  ROOM: DurableObjectNamespace<Room>;
  PLAIN: DurableObjectNamespace<Plain>;
}

const Said = message.fromServer("SAID", { text: z.string() });
const Say = rpc("SAY", { text: z.string(), id: z.string().optional(), times: z.number().optional() }, "SAID_IT", {
  ok: z.boolean(),
  error: z.string(),
  instance: z.string(),
});
const Join = message.fromClient("JOIN");
const Clear = message.fromClient("CLEAR");
const Lobby = topic("lobby", [Said], { history: { size: 3 } });

function createLobby() {
  const instance = crypto.randomUUID();
  const router = createRouter({ topics: [Lobby] });
  router.on(Join, async (ctx) => {
    await ctx.topics.subscribe(Lobby());
  });
  router.on(Clear, () => void router.revoke(Lobby(), () => true));
  router.rpc(Say, async (ctx) => {
    const { text, id, times = 1 } = ctx.payload;
    const result = await ctx.publish(Lobby(), Said, { text: text.repeat(times) }, { id });
    return { ok: result.ok, error: result.ok ? "" : String(result.error), instance };
  });
  return router;
}

export class Room extends createDurableObject<Env>(createLobby) {}

/** Without SQLite. */
export class Plain extends createDurableObject<Env>(createLobby) {}

const plain = createWorker<Env>({ path: "/plain/:id", object: (env, id) => env.PLAIN.getByName(id) });

export default createWorker<Env>({
  path: "/room/:id",
  object: (env, id) => env.ROOM.getByName(id),
  fetch: (req, env, ctx) => plain.fetch(req, env, ctx),
});
