import { createDurableObject, createWorker } from "@ws-kit/cloudflare";
import { router, type Visitor } from "./router.ts";

interface Env {
  ROOMS: DurableObjectNamespace<Room>;
}

/** One room: it sleeps while nobody speaks, with its connections open. */
export class Room extends createDurableObject<Env, Visitor>(router) {}

export default createWorker<Env, Visitor>({
  path: "/rooms/:id",
  object: (env, id) => env.ROOMS.getByName(id),
});
