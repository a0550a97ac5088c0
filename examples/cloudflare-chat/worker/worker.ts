import { createWorker } from "@ws-kit/cloudflare";
import type { Room, Visitor } from "./room.ts";

export { Room } from "./room.ts";

interface Env {
  ROOMS: DurableObjectNamespace<Room>;
  /** The page, bundled. */
  PAGE: string;
}

const NAME = /^[\p{L}\p{N} _-]{1,32}$/u;

export default createWorker<Env, Visitor>({
  path: "/rooms/:id",
  object: (env, id) => (NAME.test(id) ? env.ROOMS.getByName(id) : undefined),
  // Stands for a look at a session: here everybody is who they say they are.
  authenticate(req, _env, room) {
    const name = new URL(req.url).searchParams.get("name") ?? "";
    return NAME.test(name) ? { name, room } : undefined;
  },
  async fetch(req, env) {
    const { pathname } = new URL(req.url);
    if (pathname === "/") return new Response(env.PAGE, { headers: { "content-type": "text/html; charset=utf-8" } });
    const [, room] = /^\/announce\/([^/]+)$/.exec(pathname) ?? [];
    if (room === undefined || req.method !== "POST") return new Response("Not found", { status: 404 });
    return Response.json({ heard: await env.ROOMS.getByName(decodeURIComponent(room)).announce(await req.text()) });
  },
});
