// A program for Bun: a room whose members see each other. Its port is printed.
import { serve } from "@ws-kit/bun";
import { createRouter, message, topic, z } from "@ws-kit/zod";

const Said = message.fromServer("SAID", { text: z.string() });
const Room = topic("room:{id}", [Said], {
  presence: { state: z.object({ name: z.string(), typing: z.boolean().default(false) }), graceMs: 500 },
});
const Who = message("WHO");
const They = message.fromServer("THEY", { members: z.record(z.string(), z.array(z.object({ name: z.string() }))) });

const router = createRouter<{ userId?: string | undefined }>({
  identify: ({ userId }) => userId,
  authenticate: (req) => ({ userId: new URL(req.url).searchParams.get("user") ?? undefined }),
  topics: [Room],
})
  .topic(Room, { authorize: () => true })
  .on(message("JOIN", { id: z.string(), name: z.string() }), async (ctx) => {
    const room = Room({ id: ctx.payload.id });
    await ctx.topics.subscribe(room);
    await ctx.presence.track(room, { name: ctx.payload.name });
  })
  .on(Who, async (ctx) => {
    const members = [...(await router.presence.list(Room({ id: "1" })))];
    ctx.send(They, { members: Object.fromEntries(members.map(([key, states]) => [key, [...states]])) });
  });

const { port } = serve(router, { port: 0, hostname: "127.0.0.1" });
console.log(String(port));
