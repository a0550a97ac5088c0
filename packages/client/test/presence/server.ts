/** A server with rooms whose members see each other, in a process of its own. Prints its port. */
import { serve } from "@ws-kit/bun";
import { createRouter } from "@ws-kit/zod";
import { Room } from "./room.ts";

const router = createRouter<{ user: string }>({
  identify: ({ user }) => user,
  authenticate: (req) => ({ user: new URL(req.url).searchParams.get("user") ?? "" }),
  resume: { windowMs: 10_000 },
}).topic(Room, { authorize: () => true });

const { port } = serve(router, { port: Number(process.env["PORT"] ?? 0), hostname: "127.0.0.1", allowedOrigins: "*" });
console.log(`listening on ${port}`);
