import { createDurableObject, createWorker } from "@ws-kit/cloudflare";
import { createRouter, message, rpc, topic, z } from "@ws-kit/zod";

interface Env {
  ROOM: DurableObjectNamespace<Room>;
}

interface User {
  user: string;
}

const Said = message.fromServer("SAID", { text: z.string() });
const Join = message.fromClient("JOIN", { name: z.string() });
const Who = rpc("WHO", undefined, "THEY", { instance: z.string(), members: z.array(z.string()) });
const Lobby = topic("lobby", [Said], { presence: { state: z.object({ name: z.string() }), graceMs: 500 } });

export class Room extends createDurableObject<Env, User>(() => {
  const instance = crypto.randomUUID();
  const router = createRouter<User>({
    topics: [Lobby],
    identify: ({ user }) => user,
    authenticate: (req) => ({ user: new URL(req.url).searchParams.get("user") ?? "" }),
  });
  router.on(Join, async (ctx) => {
    await ctx.topics.subscribe(Lobby());
    await ctx.presence.track(Lobby(), { name: ctx.payload.name });
  });
  router.rpc(Who, async () => ({ instance, members: [...(await router.presence.list(Lobby())).keys()] }));
  return router;
}) {}

export default createWorker<Env>({ path: "/room/:id", object: (env, id) => env.ROOM.getByName(id) });
