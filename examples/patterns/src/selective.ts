import { createRouter, message, rpc, z } from "@ws-kit/zod";
import { visitor } from "./visitor.ts";

/** What some of a room may read, and the others may not. */
export const Join = message.fromClient("JOIN", { room: z.string() });
export const Flag = rpc("FLAG", { room: z.string(), text: z.string() }, "TAKEN", { readers: z.number() });
export const Flagged = message.fromServer("FLAGGED", { by: z.string(), text: z.string() });

interface Member {
  userId: string;
  role: string;
}

export const router = createRouter<Member>({ authenticate: visitor });
router.on(Join, (ctx) => ctx.topics.subscribe(ctx.payload.room));

// About the sender: asked once, before anything is published. About the receiver: `filter`, asked for each, by their data.
router.rpc(Flag, async (ctx) => {
  const { room, text } = ctx.payload;
  if (!ctx.topics.has(room)) return ctx.error("PERMISSION_DENIED", "Join the room first");
  const flagged = { by: ctx.data.userId, text };
  const told = await ctx.publish(room, Flagged, flagged, { filter: (receiver) => receiver.role === "moderator" });
  return { readers: told.ok ? told.matched : 0 };
});

/** The same with the mistake in it, on a path of its own: run it, and see who reads. */
export const leaky = createRouter<Member>({ authenticate: visitor });
leaky.on(Join, (ctx) => ctx.topics.subscribe(ctx.payload.room));
leaky.rpc(Flag, async (ctx) => {
  const { room, text } = ctx.payload;
  // Looks like a condition on who reads, and is one on who writes: its answer is the same for each follower, so that what a
  // moderator writes goes to everybody, and what another one reports to nobody.
  const filter = () => ctx.data.role === "moderator";
  const told = await ctx.publish(room, Flagged, { by: ctx.data.userId, text }, { filter });
  return { readers: told.ok ? told.matched : 0 };
});
