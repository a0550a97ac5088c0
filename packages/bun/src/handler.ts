import {
  checkOptions,
  createAdmit,
  HANDLER_OPTIONS,
  Hub,
  prepare,
  refuse,
  resolveTuning,
  withAuthenticate,
  type Admission,
  type Kinds,
  type Peer,
  type RuntimeTuning,
  type WebSocketCallbacks,
  websocketFor,
} from "@ws-kit/core/adapter";
import { type MaybePromise, type OpenData, type Router, type UpgradeOptions } from "@ws-kit/core";
import type { Server } from "bun";
import { besides, upgradeOn, type OtherSockets } from "./drivers.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- whatever data the surrounding server types its sockets with
type AnyServer = Server<any>;

/** Who asks for an upgrade: Bun's own request, and the server that it came to. */
export interface BunPeer extends Peer<Request> {
  readonly server: AnyServer;
}

export interface BunHandlerOptions<Data = OpenData> extends UpgradeOptions<Data, BunPeer>, RuntimeTuning {
  /**
   * Callbacks for sockets that something else upgrades on the same server, since a `Bun.serve` has one place for the callbacks
   * of all. The server's `websocket` must be the handler's then.
   *
   * @example
   * import { upgradeWebSocket, websocket } from "hono/bun";
   * const ws = createBunHandler(router, { otherSockets: websocket });
   * Bun.serve({ fetch: app.fetch, websocket: ws.websocket });
   */
  otherSockets?: OtherSockets | undefined;
}

export const OPTIONS: Kinds<BunHandlerOptions<never>> = { ...HANDLER_OPTIONS, otherSockets: "object" };

/** Upgrades requests to connections of its router; refuses with a response. Also works as a Hono or Elysia handler. */
export interface BunHandler {
  (req: Request, server: AnyServer): MaybePromise<Response>;
  fetch(this: void, req: Request, server: AnyServer): MaybePromise<Response>;
  /**
   * What `Bun.serve` needs beside it, with this handler's settings; the same as `router.websocket` where it has none of its
   * own. Sockets that arrive at a server with other settings are closed with 1011, and the log says why.
   */
  websocket: WebSocketCallbacks;
}

/**
 * Makes the function that upgrades requests inside any `Bun.serve`, Hono or Elysia. The server's `websocket` must be
 * the handler's, or that of a handler or router with the same settings.
 *
 * @throws RangeError or TypeError for a setting that Bun cannot honour.
 *
 * @example
 * const ws = createBunHandler(router);
 * Bun.serve({ fetch: (req, server) => ws(req, server), websocket: ws.websocket });
 */
export function createBunHandler<Data = OpenData>(
  router: Router<Data>,
  options: BunHandlerOptions<Data> = {},
): BunHandler {
  checkOptions("createBunHandler()", options, OPTIONS);
  return handlerWithHubs(router, options).handler;
}

const PROMISES = {
  isFulfilled: (promise: Promise<unknown>) => Bun.peek.status(promise) === "fulfilled",
  valueOf: (promise: Promise<unknown>) => Bun.peek(promise),
};

const NO_SERVER =
  "The handler of createBunHandler() takes a request and Bun's server, the second argument of the fetch of Bun.serve: handler(req, server), in Hono handler(c.req.raw, c.env). This is not Bun's server; on Node take createNodeHandler of @ws-kit/node";

interface HandlerWithHubs {
  readonly handler: BunHandler;
  /** The same without the response that Bun does not need: of its own, each idle connection would keep 370 bytes. */
  readonly accept: (req: Request, server: AnyServer) => MaybePromise<Response | undefined>;
  /** The hub that keeps a server's connections, for whoever stops the server. */
  readonly hubOf: (server: AnyServer) => Hub;
}

export function handlerWithHubs<Data>(router: Router<Data>, options: BunHandlerOptions<Data>): HandlerWithHubs {
  const tuning = resolveTuning(router, options, { runtime: "Bun", maxIdleSeconds: 960 });
  const admit = createAdmit(withAuthenticate(router, options), { offWire: true });
  const hubs = new WeakMap<AnyServer, Hub>();

  function hubOf(server: AnyServer): Hub {
    let hub = hubs.get(server);
    if (hub === undefined) {
      hub = new Hub(router, {
        tuning,
        publish: (topic, frame) => server.publish(topic, frame),
        promises: PROMISES,
        closesForGood: true,
        endsSilent: true,
        bufferGrowth: 2,
        // A server has one name space for the topics of all its handlers. No topic can have this character, so that no
        // client can name another handler's; by chance, since two copies of this module may share a server.
        topicPrefix: `\u0000${crypto.randomUUID().slice(0, 8)}:`,
      });
      hubs.set(server, hub);
    }
    return hub;
  }

  function accept(req: Request, server: AnyServer): MaybePromise<Response | undefined> {
    if (typeof (server as Partial<AnyServer> | undefined)?.upgrade !== "function") throw new TypeError(NO_SERVER);
    const hub = hubOf(server);
    const admission = admit(hub, req, () => ({
      remoteAddress: server.requestIP(req)?.address,
      request: req,
      server,
    }));
    return admission instanceof Promise
      ? admission.then((decided) => upgrade(req, server, hub, decided))
      : upgrade(req, server, hub, admission);
  }

  // Bun has answered an upgraded request itself and ignores this response, which frameworks like Hono ask for.
  function handler(req: Request, server: AnyServer): MaybePromise<Response> {
    const accepted = accept(req, server);
    if (accepted instanceof Promise) return accepted.then((refusal) => refusal ?? new Response(null));
    return accepted ?? new Response(null);
  }

  return {
    handler: Object.assign(handler, {
      fetch: handler,
      websocket: besides(websocketFor(router, tuning), options.otherSockets),
    }),
    accept,
    hubOf,
  };
}

function upgrade(
  req: Request,
  server: Server<unknown>,
  hub: Hub,
  admission: Admission | Response,
): Response | undefined {
  if (admission instanceof Response) return admission;
  let outcome: ReturnType<typeof upgradeOn> | undefined;
  try {
    outcome = upgradeOn(server, hub, req, {
      data: prepare(hub, admission.data, admission.clientId),
      ...headersOf(req, admission),
    });
  } finally {
    if (outcome !== "open") hub.slots.release(admission.data);
  }
  if (outcome === "open") return undefined;
  if (outcome === "refused") {
    hub.upgradeRefused(400, "handshake", req.url);
    return refuse(400, "The upgrade failed");
  }
  hub.upgradeRefused(500, "error", req.url);
  return refuse(500, "The server is not set up for WebSockets");
}

function headersOf(req: Request, { protocol, headers }: Admission): { headers?: Headers | Record<string, string> } {
  if (!req.headers.has("sec-websocket-protocol")) return headers === undefined ? {} : { headers };
  // Bun selects the first on offer where it is told nothing, and none where it is told an empty one.
  if (headers === undefined) return { headers: { "sec-websocket-protocol": protocol ?? "" } };
  headers.set("sec-websocket-protocol", protocol ?? "");
  return { headers };
}
