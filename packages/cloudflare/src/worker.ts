import { admit, Hub } from "@ws-kit/core/adapter";
import {
  createRouter,
  type AuthenticatedData,
  type Logger,
  type MaybePromise,
  type OpenData,
  type UpgradeOptions,
} from "@ws-kit/core";
import { withAdmission } from "./admission.ts";

export interface WorkerOptions<Env, Data = OpenData> extends Pick<UpgradeOptions<Data>, "allowedOrigins"> {
  /** Path of the WebSocket endpoints, with one parameter that tells the object: `/rooms/:id`. */
  path: string;
  /** The object that serves the room called `id`; undefined answers 404. Called for those who may connect alone. */
  object: (env: Env, id: string) => Pick<DurableObjectStub, "fetch"> | undefined;
  /**
   * As on every adapter, and with the Worker's bindings and the room. It runs in the Worker: nobody who is refused wakes
   * an object. What it returns must survive JSON.
   */
  authenticate?: (
    req: Request,
    env: Env,
    id: string,
  ) => MaybePromise<AuthenticatedData<Data> | undefined | null | false>;
  /** Milliseconds that `authenticate` may take. Default 5,000. */
  authTimeoutMs?: number;
  /** Answers every other request. Default: 404. */
  fetch?: (req: Request, env: Env, ctx: ExecutionContext) => MaybePromise<Response>;
  /** Default: warnings and errors to the console. */
  logger?: Logger;
}

/** A Worker's entry. */
export interface WsKitWorker<Env> {
  fetch(this: void, req: Request, env: Env, ctx: ExecutionContext): Promise<Response>;
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
  const { path, object, authenticate, allowedOrigins, authTimeoutMs, fetch, logger } = options;
  const pattern = compile(path);
  const limits = authTimeoutMs === undefined ? {} : { authTimeoutMs };
  // Holds no connection: it lends its limits and its log to the decision.
  const hub = new Hub(createRouter({ limits, ...(logger !== undefined && { logger }) }), { apart: true });

  async function connect(req: Request, env: Env, id: string): Promise<Response> {
    const admission = await admit(hub, req, {
      ...(allowedOrigins !== undefined && { allowedOrigins }),
      ...(authenticate !== undefined && { authenticate: (asked: Request) => authenticate(asked, env, id) }),
    });
    if (admission instanceof Response) return admission;
    const stub = object(env, id);
    if (stub === undefined) return new Response("Not found", { status: 404 });
    let admitted: Request;
    try {
      admitted = withAdmission(req, admission);
    } catch (error) {
      hub.logger.error((error as Error).message);
      return new Response("Authentication failed", { status: 500 });
    }
    return stub.fetch(admitted);
  }

  return {
    async fetch(req, env, ctx) {
      const id = pattern(new URL(req.url).pathname);
      if (id !== undefined) return connect(req, env, id);
      return fetch === undefined ? new Response("Not found", { status: 404 }) : fetch(req, env, ctx);
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
