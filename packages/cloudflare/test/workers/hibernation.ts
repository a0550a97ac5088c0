import { bearerToken, createDurableObject, createWorker } from "@ws-kit/cloudflare";
import { contract, createRouter, message, rpc, z, type Router, type RouterOptions } from "@ws-kit/zod";
import { Hono } from "hono";
import { getCookie } from "hono/cookie";
import { secureHeaders } from "hono/secure-headers";

interface Env {
  ROOM: DurableObjectNamespace<Room>;
  LOBBY: DurableObjectNamespace<Lobby>;
  DEMANDING: DurableObjectNamespace<Demanding>;
  NARROW: DurableObjectNamespace<Narrow>;
  LEASED: DurableObjectNamespace<Leased>;
  ALARMED: DurableObjectNamespace<Alarmed>;
  OWN: DurableObjectNamespace<Own>;
  PARTLY: DurableObjectNamespace<Partly>;
}

interface Data {
  user: string;
  visits?: Map<string, Date>;
  bulk?: string;
  broken?: () => void;
  until?: number;
}

const Join = message("JOIN", { topic: z.string() });
const Said = message("SAID", { text: z.string() });
const Say = message("SAY", { topic: z.string(), text: z.string() });
const Grow = message("GROW", { bytes: z.number() });
const Break = message("BREAK");
const Hold = rpc("HOLD", undefined, "HELD", { instance: z.string() });
const Release = message("RELEASE");
const Report = rpc("REPORT", undefined, "REPORTED", {
  instance: z.string(),
  wokeAt: z.number(),
  opened: z.number(),
  clientId: z.string(),
  user: z.string(),
  visited: z.string(),
  bulk: z.number(),
  topics: z.array(z.string()),
  stored: z.number(),
  others: z.array(z.string()),
});
const Announce = rpc("ANNOUNCE", { room: z.string(), text: z.string() }, "ANNOUNCED", { matched: z.number() });

const authenticate = (req: Request): Data => ({ user: new URL(req.url).searchParams.get("user") ?? "nobody" });

/** How often `onOpen` ran for each connection, in this isolate's memory, which outlives its objects. */
const opened = new Map<string, number>();

function createRoom(storage: DurableObjectStorage, options: RouterOptions<Data> = {}): Router<Data> {
  const router = createRouter<Data>(options);
  const instance = crypto.randomUUID();
  const wokeAt = Date.now();
  let release = (): void => {};
  router.onOpen((ctx) => {
    opened.set(ctx.clientId, (opened.get(ctx.clientId) ?? 0) + 1);
    ctx.assignData({ visits: new Map([["first", new Date(86_400_000)]]) });
  });
  router.onClose((ctx) => {
    void ctx.publish("room", Said, { text: `${ctx.data.user} left ${ctx.topics.list().join()} with ${ctx.code}` });
  });
  router.on(Join, (ctx) => ctx.topics.subscribe(ctx.payload.topic));
  router.on(Say, (ctx) => {
    void ctx.publish(ctx.payload.topic, Said, { text: ctx.payload.text });
  });
  router.on(Grow, (ctx) => ctx.assignData({ bulk: "x".repeat(ctx.payload.bytes) }));
  router.on(Break, (ctx) => ctx.assignData({ broken: () => {} }));
  router.rpc(Hold, async () => {
    await new Promise<void>((resolve) => (release = resolve));
    return { instance };
  });
  router.on(Release, () => release());
  router.rpc(Report, async ({ clientId, data, topics }) => ({
    instance,
    wokeAt,
    opened: opened.get(clientId) ?? 0,
    clientId,
    user: data.user,
    visited: data.visits?.get("first")?.toISOString() ?? "never",
    bulk: data.bulk?.length ?? 0,
    topics: topics.list(),
    stored: (await storage.list({ prefix: "ws-kit:" })).size,
    others: [...router.connections].map((other) => other.data.user).toSorted((a, b) => a.localeCompare(b)),
  }));
  return router;
}

export class Room extends createDurableObject<Env, Data>((ctx) => createRoom(ctx.storage), { authenticate }) {
  /** Called by other objects, through their stubs. */
  async announce(text: string): Promise<number> {
    const result = await this.publish("room", Said, { text });
    return result.ok ? result.matched : -1;
  }
}

export class Lobby extends createDurableObject<Env, Data>((_ctx, env) => {
  const router = createRouter<Data>();
  router.rpc(Announce, async ({ payload: { room, text } }) => {
    return { matched: await env.ROOM.getByName(room).announce(text) };
  });
  return router;
}) {}

/** By a token `user:until`, also one that a connection brings later. */
const byToken = (req: Request): Data => {
  const [user = "", until = ""] = (bearerToken(req) ?? "").split(":");
  return { user, until: Number(until) };
};

const LEASED: RouterOptions<Data> = { expiresAt: (data) => data.until, limits: { expiryGraceMs: 1_000 } };

/** Its connections end with their tokens. */
export class Leased extends createDurableObject<Env, Data>((ctx) => createRoom(ctx.storage, LEASED), {
  authenticate: byToken,
}) {}

/** The same with an alarm of its own, which is never set. */
export class Alarmed extends createDurableObject<Env, Data>((ctx) => createRoom(ctx.storage, LEASED), {
  authenticate: byToken,
}) {
  override async alarm(): Promise<void> {
    await super.alarm();
  }

  override async fetch(req: Request): Promise<Response> {
    if (!new URL(req.url).pathname.endsWith("/alarm")) return super.fetch(req);
    return Response.json({ alarm: await this.ctx.storage.getAlarm() });
  }
}

/** Counts its connections, those that a Worker has admitted and those that it decides on itself. */
export class Narrow extends createDurableObject<Env, Data>((ctx) => createRoom(ctx.storage), {
  authenticate,
  maxConnections: 4,
  maxConnectionsPer: { key: (req) => new URL(req.url).searchParams.get("user") ?? undefined, limit: 2 },
}) {}

/** Whose router says who may connect. */
export class Own extends createDurableObject<Env, Data>((ctx) =>
  createRoom(ctx.storage, {
    authenticate(req, { headers }) {
      headers.append("set-cookie", "by=router");
      const { user } = authenticate(req);
      return user === "nobody" ? undefined : { user };
    },
  }),
) {}

/** Whose router handles nothing of the contract that it provides. */
export class Partly extends createDurableObject(createRouter().provides(contract({ Join }, { name: "Rooms" }))) {}

/** Asks for what the runtime does not have. */
export class Demanding extends createDurableObject(createRouter({ idleTimeoutSeconds: 5 })) {}

/** Entered through Hono, whose middleware adds to every answer, with what its cookie helper reads. */
const names = new WeakMap<Request, string | undefined>();
const cookieRooms = createWorker<Env, Data>({
  path: "/hono/:id",
  object: (env, id) => env.ROOM.getByName(id),
  authenticate(_req, { request, id, headers }) {
    const user = names.get(request);
    headers.append("set-cookie", `room=${id}`);
    return user === undefined ? undefined : { user };
  },
});
const app = new Hono<{ Bindings: Env }>();
app.use(secureHeaders());
app.get("/hono/:id", (c) => {
  names.set(c.req.raw, getCookie(c, "name"));
  return cookieRooms.fetch(c.req.raw, c.env, c.executionCtx);
});

const leased = createWorker<Env, Data>({
  path: "/leased/:id",
  object: (env, id) => env.LEASED.getByName(id),
  authenticate: byToken,
});

const narrow = createWorker<Env, Data>({
  path: "/narrow/:id",
  object: (env, id) => env.NARROW.getByName(id),
  authenticate,
});

/** Leads to it whoever comes, or those whom it knows. */
const own = createWorker<Env, Data>({ path: "/own/:id", object: (env, id) => env.OWN.getByName(id) });
const known = createWorker<Env, Data>({
  path: "/known/:id",
  object: (env, id) => env.OWN.getByName(id),
  authenticate: () => ({ user: "of the worker" }),
});

const lobby = createWorker<Env, Data>({
  path: "/lobby/:id",
  object: (env, id) => env.LOBBY.getByName(id),
  authenticate,
});

export default createWorker<Env, Data>({
  path: "/rooms/:id",
  object: (env, id) => (id === "closed" ? undefined : env.ROOM.getByName(id)),
  authenticate: (req) => {
    const data = authenticate(req);
    // Would be lost on the way to the object.
    return data.user === "saved" ? { ...data, save: () => {} } : data;
  },
  fetch: (req, env, ctx) => {
    // Past the Worker's checks: the object makes its own.
    if (new URL(req.url).pathname === "/direct") return env.ROOM.getByName("direct").fetch(req);
    if (new URL(req.url).pathname.startsWith("/leased/")) return leased.fetch(req, env, ctx);
    if (new URL(req.url).pathname.startsWith("/alarmed")) return env.ALARMED.getByName("a").fetch(req);
    if (new URL(req.url).pathname === "/narrow") return env.NARROW.getByName("a").fetch(req);
    if (new URL(req.url).pathname.startsWith("/narrow/")) return narrow.fetch(req, env, ctx);
    if (new URL(req.url).pathname.startsWith("/hono/")) return app.fetch(req, env, ctx);
    if (new URL(req.url).pathname === "/own") return env.OWN.getByName("a").fetch(req);
    if (new URL(req.url).pathname.startsWith("/own/")) return own.fetch(req, env, ctx);
    if (new URL(req.url).pathname.startsWith("/known/")) return known.fetch(req, env, ctx);
    if (new URL(req.url).pathname === "/partly") return env.PARTLY.getByName("any").fetch(req);
    if (new URL(req.url).pathname === "/demanding") return env.DEMANDING.getByName("any").fetch(req);
    return lobby.fetch(req, env, ctx);
  },
});
