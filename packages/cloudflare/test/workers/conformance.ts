import { createDurableObject, createWorker } from "@ws-kit/cloudflare";
import { codecCalled, control, createApp, TIGHT, type Data, type Outside } from "@ws-kit/conformance/app";

/** Filled in where the Worker is bundled. */
declare const CODEC: string | undefined;

interface Env {
  MAIN: DurableObjectNamespace;
  TIGHT: DurableObjectNamespace;
  PULSE: DurableObjectNamespace;
  LISTED: DurableObjectNamespace;
  DECIDED: DurableObjectNamespace;
  LEASED: DurableObjectNamespace;
  OWN: DurableObjectNamespace;
  RESTART: DurableObjectNamespace;
}

// Module-level: every object of a class shares its router.
const app = createApp(codecCalled(typeof CODEC === "undefined" ? undefined : CODEC));

/** The fixture's HTTP side, from within an object: there `publish` and `connections` are the object's own. */
async function beside(req: Request, object: Outside, upgrade: () => Promise<Response>): Promise<Response> {
  return (await control(req, object)) ?? upgrade();
}

export class Main extends createDurableObject<Env, Data>(app.main.router) {
  override fetch(req: Request): Promise<Response> {
    return beside(req, this, () => super.fetch(req));
  }
}

export class Tight extends createDurableObject<Env, Data>(app.tight.router) {
  override fetch(req: Request): Promise<Response> {
    return beside(req, this, () => super.fetch(req));
  }
}

export class Pulse extends createDurableObject<Env, Data>(app.pulse.router) {
  override fetch(req: Request): Promise<Response> {
    return beside(req, this, () => super.fetch(req));
  }
}

export class Listed extends createDurableObject<Env, Data>(app.listed.router) {
  override fetch(req: Request): Promise<Response> {
    return beside(req, this, () => super.fetch(req));
  }
}

export class Decided extends createDurableObject<Env, Data>(app.decided.router, {
  maxConnectionsPer: app.decided.options.maxConnectionsPer ?? { key: () => undefined, limit: 0 },
}) {
  override fetch(req: Request): Promise<Response> {
    return beside(req, this, () => super.fetch(req));
  }
}

// The Worker decides on upgrades, the object on later tokens.
export class Leased extends createDurableObject<Env, Data>(app.leased.router, {
  ...(app.leased.options.authenticate && { authenticate: app.leased.options.authenticate }),
}) {
  override fetch(req: Request): Promise<Response> {
    return beside(req, this, () => super.fetch(req));
  }
}

// Nobody decides before it.
export class Own extends createDurableObject<Env, Data>(app.own.router) {
  override fetch(req: Request): Promise<Response> {
    return beside(req, this, () => super.fetch(req));
  }
}

export class Restart extends createDurableObject<Env, Data>(app.restart.router) {
  override fetch(req: Request): Promise<Response> {
    return beside(req, this, () => super.fetch(req));
  }
}

/** No object of an endpoint whose connections outlive their sockets can be made. */
type Name = Exclude<keyof typeof app, "resumed">;

function objects(env: Env): Record<Name, DurableObjectStub> {
  return {
    main: env.MAIN.getByName("the one"),
    tight: env.TIGHT.getByName("the one"),
    pulse: env.PULSE.getByName("the one"),
    listed: env.LISTED.getByName("the one"),
    decided: env.DECIDED.getByName("the one"),
    leased: env.LEASED.getByName("the one"),
    own: env.OWN.getByName("the one"),
    restart: env.RESTART.getByName("the one"),
  };
}

/** `/main` is the object of that name, and so on. */
const rooms = { path: "/:id", object: (env: Env, id: string) => objects(env)[id as Name] };
const main = createWorker<Env, Data>({ ...rooms, ...app.main.options });
const tight = createWorker<Env, Data>({ ...rooms, ...app.tight.options, authTimeoutMs: TIGHT.authTimeoutMs });
const listed = createWorker<Env, Data>({ ...rooms, ...app.listed.options });
// How many there may be is the object's to say.
const { maxConnectionsPer: _perKey, ...letIn } = app.decided.options;
const decided = createWorker<Env, Data>({ ...rooms, ...letIn });
const leased = createWorker<Env, Data>({ ...rooms, ...app.leased.options });
const own = createWorker<Env, Data>({ ...rooms, ...app.own.options });

export default {
  async fetch(req: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const { pathname, searchParams } = new URL(req.url);
    if (pathname === "/listed") return listed.fetch(req, env, ctx);
    if (pathname === "/decided") return decided.fetch(req, env, ctx);
    if (pathname === "/own") return own.fetch(req, env, ctx);
    if (pathname === "/leased") return leased.fetch(req, env, ctx);
    if (pathname === "/tight") return tight.fetch(req, env, ctx);
    if (Object.hasOwn(objects(env), pathname.slice(1))) return main.fetch(req, env, ctx);
    if (pathname !== "/hello" && !pathname.startsWith("/control/")) return new Response("Not found", { status: 404 });
    return objects(env)[(searchParams.get("endpoint") ?? "main") as Name].fetch(req);
  },
};
