import { bearerToken, createWorker } from "@ws-kit/cloudflare";
import type { Room, Visitor } from "./room.ts";

export { Room } from "./room.ts";

interface Env {
  ROOMS: DurableObjectNamespace<Room>;
  /** The page, bundled. */
  PAGE: string;
  /** Whoever has it may speak as the house. A secret: `npx wrangler secret put HOUSE_KEY`. */
  HOUSE_KEY: string;
}

const NAME = /^[\p{L}\p{N} _-]{1,32}$/u;

export default createWorker<Env, Visitor>({
  path: "/rooms/:id",
  object: (env, id) => (NAME.test(id) ? env.ROOMS.getByName(id) : undefined),
  // Stands for a look at a session: here everybody is who they say they are.
  authenticate(req, { id: room }) {
    const name = new URL(req.url).searchParams.get("name") ?? "";
    return NAME.test(name) ? { name, room } : undefined;
  },
  async fetch(req, env) {
    const { pathname } = new URL(req.url);
    if (pathname === "/") return new Response(env.PAGE, { headers: { "content-type": "text/html; charset=utf-8" } });
    const announce = /^\/announce\/([^/]+)$/.exec(pathname);
    if (announce === null || req.method !== "POST") return new Response("Not found", { status: 404 });
    // In a header: a page of another site cannot send that without asking first (CORS), and this Worker does not answer.
    if (!(await isSame(bearerToken(req) ?? "", env.HOUSE_KEY))) return new Response("Not allowed", { status: 401 });
    const room = decoded(announce[1] ?? "");
    if (room === undefined || !NAME.test(room)) return new Response("Not found", { status: 404 });
    return Response.json({ heard: await env.ROOMS.getByName(room).announce(await req.text()) });
  },
});

/** Compares in a time that does not tell how much of a guess was right. */
async function isSame(guess: string, secret: string): Promise<boolean> {
  const [one, other] = await Promise.all([guess, secret].map(hash));
  return secret !== "" && one !== undefined && other !== undefined && crypto.subtle.timingSafeEqual(one, other);
}

function hash(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
