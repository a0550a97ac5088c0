import {
  checkOptions,
  createAdmit,
  createEntrance,
  isUpgrade,
  notAlone,
  refuse,
  UPGRADE_OPTIONS,
  type Kinds,
} from "@ws-kit/core/adapter";
import { type AuthenticatedData, type Logger, type MaybePromise, type OpenData } from "@ws-kit/core";
import { handOver, peerOf, type AdmittingObject, type CloudflarePeer, type ObjectUpgradeOptions } from "./admission.ts";

/** Who asks for an upgrade, with what the Worker has at hand. */
export interface WorkerPeer<Env> extends CloudflarePeer {
  /** The Worker's bindings. */
  readonly env: Env;
  /** The room: the parameter of the path. */
  readonly id: string;
}

export interface WorkerOptions<Env, Data = OpenData> extends Pick<
  ObjectUpgradeOptions<Data>,
  "allowedOrigins" | "protocols"
> {
  /** Path of the WebSocket endpoints, with one parameter that tells the object: `/rooms/:id`. */
  path: string;
  /** The object that serves the room called `id`; undefined answers 404. Called for those who may connect alone. */
  object: (env: Env, id: string) => Pick<DurableObjectStub, "fetch"> | undefined;
  /**
   * As on every adapter; `peer` has the Worker's bindings and the room. It runs in the Worker: nobody who is refused wakes
   * an object. What it returns must survive structured cloning.
   */
  authenticate?:
    | NoInfer<
        (
          req: Request,
          peer: WorkerPeer<Env>,
        ) => MaybePromise<AuthenticatedData<Data> | Response | undefined | null | false>
      >
    | undefined;
  /** Milliseconds that `authenticate` may take. Default 5,000. */
  authTimeoutMs?: number | undefined;
  /** Answers every other request. Default: 404. */
  fetch?: ((req: Request, env: Env, ctx: ExecutionContext) => MaybePromise<Response>) | undefined;
  /** Default: warnings and errors to the console. */
  logger?: Logger | undefined;
}

const OPTIONS: Kinds<WorkerOptions<never, never>> = {
  allowedOrigins: UPGRADE_OPTIONS.allowedOrigins,
  protocols: UPGRADE_OPTIONS.protocols,
  authenticate: UPGRADE_OPTIONS.authenticate,
  path: "string",
  object: "function",
  authTimeoutMs: "any",
  fetch: "function",
  logger: "object|function",
};
const NEEDS = "createWorker() needs path, as in /rooms/:id, and object, which gives the Durable Object of a room";

/** A Worker's entry. */
export interface WsKitWorker<Env> {
  /** @param ctx The runtime's own, in whichever version's types (Hono has some of its own). */
  fetch(
    this: void,
    req: Request,
    env: Env,
    ctx: Pick<ExecutionContext, "waitUntil" | "passThroughOnException">,
  ): Promise<Response>;
}

/**
 * Makes the entry of a Worker that leads WebSockets to their Durable Objects. Also a part of another entry, or of a Hono
 * app: `app.get("/rooms/:id", (c) => rooms.fetch(c.req.raw, c.env, c.executionCtx))`.
 *
 * @example
 * export class Room extends createDurableObject(router) {}
 * export default createWorker<Env>({ path: "/rooms/:id", object: (env, id) => env.ROOMS.getByName(id), authenticate });
 */
export function createWorker<Env, Data = OpenData>(options: WorkerOptions<Env, Data>): WsKitWorker<Env> {
  checkOptions("createWorker()", options, OPTIONS);
  const { path, object } = options;
  if (path === undefined || object === undefined) throw new TypeError(NEEDS);
  const { authenticate, allowedOrigins, protocols, authTimeoutMs, fetch, logger } = options;
  const pattern = compile(path);
  const entrance = createEntrance({
    ...(authTimeoutMs !== undefined && { authTimeoutMs }),
    ...(logger !== undefined && { logger }),
  });
  const admit = createAdmit({
    ...(allowedOrigins !== undefined && { allowedOrigins }),
    ...(protocols !== undefined && { protocols }),
    ...(authenticate !== undefined && { authenticate }),
  });

  async function connect(req: Request, env: Env, id: string): Promise<Response> {
    const host = req.headers.get("host") ?? new URL(req.url).host;
    const refusal = notAlone(req.headers);
    if (refusal !== undefined) return refusal;
    const admission = await admit(entrance, req, () => ({ ...peerOf(req), env, id }), host);
    if (admission instanceof Response) return admission;
    const stub = object(env, id);
    if (stub === undefined) {
      // The path is served: of an entrance without a listener nobody else hears.
      const room = JSON.stringify(id.slice(0, 100));
      entrance.logger.warn(
        `Refused a request with 404: object gave nothing for ${room}. To serve it: return its stub there`,
      );
      return refuse(404, "Not found");
    }
    try {
      const answer = await handOver(req, admission, stub as AdmittingObject, authenticate !== undefined);
      // A copy, since middleware like Hono's may add to the headers, and those of an answer from elsewhere are read-only.
      return new Response(answer.body, { status: answer.status, headers: answer.headers, webSocket: answer.webSocket });
    } catch (error) {
      entrance.failed(error);
      return refuse(500, "Authentication failed");
    }
  }

  return {
    async fetch(req, env, ctx) {
      const id = pattern(new URL(req.url).pathname);
      if (id !== undefined) return connect(req, env, id);
      if (fetch !== undefined) return fetch(req, env, ctx as ExecutionContext);
      if (isUpgrade(req.headers.get("upgrade"))) entrance.upgradeRefused(404, "path", req.url);
      return new Response("Not found", { status: 404 });
    },
  };
}

/** Reads the one parameter of a path. */
function compile(path: string): (pathname: string) => string | undefined {
  const [before, after, ...more] = path.split(/:\w+/);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new TypeError(`The path of a Worker's sockets has one parameter, as in /rooms/:id; ${path} does not`);
  }
  return (pathname) => {
    if (!pathname.startsWith(before) || !pathname.endsWith(after)) return undefined;
    const id = pathname.slice(before.length, pathname.length - after.length);
    if (id === "" || id.includes("/")) return undefined;
    try {
      return decodeURIComponent(id);
    } catch {
      return undefined;
    }
  };
}
