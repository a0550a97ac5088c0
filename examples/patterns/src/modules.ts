import { createRouter, message, rpc, z } from "@ws-kit/zod";
import { visitor } from "./visitor.ts";

/** A router for each part. None knows the others; the application says which there are, and under which names. */
interface Member {
  userId: string;
  role: string;
}

// chat
export const Say = message("SAY", { text: z.string() });
const chat = createRouter<Member>();
chat.onOpen((ctx) => ctx.topics.subscribe("lobby"));
chat.on(Say, (ctx) => ctx.publish("lobby", Say, ctx.payload));

// users
export const Count = rpc("COUNT", undefined, "COUNTED", { online: z.number() });
const users = createRouter<Member>();
users.rpc(Count, () => ({ online: router.connections.size }));

// admin: its middleware is for its own routes alone
export const Kick = rpc("KICK", { userId: z.string() }, "KICKED", { connections: z.number() });
const admin = createRouter<Member>();
admin.use((ctx, next) => {
  if (ctx.data.role !== "admin") return ctx.error("PERMISSION_DENIED", "For admins");
  return next();
});
admin.rpc(Kick, ({ payload }) => {
  const theirs = [...router.connections].filter(({ data }) => data.userId === payload.userId);
  for (const connection of theirs) connection.close(4403, "Kicked");
  return { connections: theirs.length };
});

// the application
export const router = createRouter<Member>({ authenticate: visitor }).merge(chat).merge(users).mount("admin.", admin);

/** As a page sends it: with the prefix that it is served under. */
export const AdminKick = rpc("admin.KICK", { userId: z.string() }, "KICKED", { connections: z.number() });
