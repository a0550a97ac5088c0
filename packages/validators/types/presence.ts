import { createRouter, message, topic, z } from "@ws-kit/zod";
import { wsClient } from "@ws-kit/client/zod";
import { presence } from "@ws-kit/client/presence";
import { same } from "./equal.ts";

const Said = message.fromServer("SAID", { text: z.string() });
const Room = topic("room:{id}", [Said], { presence: { state: z.object({ name: z.string(), at: z.coerce.date() }) } });
const Plain = topic("plain:{id}", [Said]);
const router = createRouter({ topics: [Room, Plain] });

router.onOpen(async (ctx) => {
  await ctx.presence.track(Room({ id: 1 }), { name: "a", at: "2026-03-01" });
  await ctx.presence.update(Room({ id: 1 }), { name: "b" });
  // @ts-expect-error -- not such a state
  await ctx.presence.update(Room({ id: 1 }), { name: 5 });
  // @ts-expect-error -- its topic declares no presence
  await ctx.presence.track(Plain({ id: 1 }), { name: "a" });
  // @ts-expect-error -- nor here
  await ctx.presence.update(Plain({ id: 1 }), {});
  // A text may name any topic.
  await ctx.presence.track("room:1", { name: "a" });
});

export async function present(): Promise<void> {
  for (const [user, [first]] of await router.presence.list(Room({ id: 1 }))) {
    same<typeof user, string>();
    same<typeof first, { name: string; at: Date } | undefined>();
  }
  // @ts-expect-error -- its topic declares no presence
  await router.presence.list(Plain({ id: 1 }));
  // @ts-expect-error -- nor has it anybody to count
  await router.presence.count(Plain({ id: 1 }));
  await router.presence.count("room:1");
}

const client = wsClient({ url: "ws://x", use: [presence()] });
client.subscribe(Room({ id: 1 })).track({ name: "a", at: new Date() });
// @ts-expect-error -- its topic declares no presence
client.subscribe(Plain({ id: 1 })).track({ name: "a" });
