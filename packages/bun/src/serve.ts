import { type MaybePromise, type OpenData, type Router } from "@ws-kit/core";
import type { Server, Serve } from "bun";
import {
  answered,
  checkOptions,
  checkPath,
  fetchFailed,
  isHost,
  isForEndpoint,
  isUpgrade,
  portOf,
  refuse,
  SERVE_OPTIONS,
  stopOnce,
  untilNone,
  type Kinds,
  type ServeBase,
  type ServerHandle,
} from "@ws-kit/core/adapter";
import { handlerWithHubs, OPTIONS as HANDLER_OPTIONS, type BunHandlerOptions } from "./handler.ts";

type BunOptions = Serve.Options<unknown>;

export interface ServeOptions<Data = OpenData> extends BunHandlerOptions<Data>, ServeBase<[server: Server<unknown>]> {
  /** Default 3000, or the environment's `BUN_PORT`, `PORT` or `NODE_PORT`, as `Bun.serve` has it; 0 takes a free one. */
  port?: number | undefined;
  /** Bun's own routes, HTML imports included. They come before the WebSocket endpoint. */
  routes?: Record<string, unknown> | undefined;
  /** Certificates, as `Bun.serve` takes them. */
  tls?: unknown;
  /** Bun's development mode, with error pages and, if asked for, hot reloading. Default: Bun's own. */
  development?: boolean | { hmr?: boolean; console?: boolean } | undefined;
}

const OPTIONS: Kinds<ServeOptions<never>> = {
  ...HANDLER_OPTIONS,
  ...SERVE_OPTIONS,
  routes: "object",
  tls: "any",
  development: "boolean|object",
};

const NO_BUN =
  "@ws-kit/bun serves on Bun, which this is not: start it with `bun server.ts`. On Node take @ws-kit/node, on Deno @ws-kit/deno, on Workers @ws-kit/cloudflare: serve() and its options are the same";

/** Milliseconds that peers get to see the end of their connections, at the least. */
const CLOSE_MS = 1_000;

/** A running server. */
export type WsKitServer = ServerHandle<Server<unknown>>;

/**
 * Serves a router's WebSockets, and HTTP beside them.
 *
 * @throws Error when the port is taken (`EADDRINUSE`), as `Bun.serve` does.
 *
 * @example
 * const server = serve(router, { port: 3000, path: "/ws", authenticate: (req) => userOf(bearerToken(req)) });
 */
export function serve<Data = OpenData>(router: Router<Data>, options: ServeOptions<Data> = {}): WsKitServer {
  if (typeof Bun === "undefined") throw new Error(NO_BUN);
  checkOptions("serve()", options, OPTIONS);
  const { port: given, hostname, path, fetch, routes, tls, development, ...handlerOptions } = options;
  const port = portOf(given);
  const { accept, handler, hubOf } = handlerWithHubs(router, handlerOptions as BunHandlerOptions<Data>);

  checkPath(path);
  // Spread from untyped parts: Bun tells its overloads apart by literal options.
  const server = Bun.serve<unknown>({
    ...(port !== undefined && { port }),
    ...(hostname !== undefined && { hostname }),
    ...(routes !== undefined && { routes }),
    ...(tls !== undefined && { tls }),
    ...(development !== undefined && { development }),
    // With `development: false` Bun would share a taken port with its owner, and take half of its connections.
    reusePort: false,
    fetch(req: Request, running: Server<unknown>): MaybePromise<Response | undefined> {
      const asked = readable(req);
      if (asked === undefined) return refuse(400, "Bad request");
      if (isForEndpoint(asked, options)) return accept(req, running);
      const hub = hubOf(running);
      if (fetch !== undefined) return answered(hub.logger, () => fetch(asked, running));
      if (isUpgrade(req.headers.get("upgrade"))) hub.upgradeRefused(404, "path", req.url);
      return new Response("Not found", { status: 404 });
    },
    // Of a response that cannot be sent; Bun's own page would show the source.
    error: (error: unknown) => fetchFailed(hub.logger, error),
    websocket: handler.websocket,
  } as BunOptions);
  // Its engine dials now, and not with the first peer.
  const hub = hubOf(server);

  return {
    server,
    ready: Promise.resolve(),
    // A TCP server always has these; they are undefined for a unix socket alone, which `serve` does not offer.
    port: server.port as number,
    hostname: server.hostname as string,
    url: server.url,
    stop: stopOnce(async (stopOptions) => {
      // New connections are refused from here on; those that exist are drained.
      void server.stop();
      const { timeoutMs = 10_000 } = stopOptions;
      const until = performance.now() + Math.max(CLOSE_MS, timeoutMs);
      await hub.drain(stopOptions);
      // Bun reports a close when it has begun; what it ends now would lose what is still on its way to the peer. Answers to
      // requests get as long as those to messages.
      await untilNone(() => server.pendingWebSockets + server.pendingRequests, until);
      await server.stop(true);
      await hub.dispose();
    }),
  };
}

/** A request whose `url` is one: without a Host, Bun gives the path alone. Undefined for a Host that is none. */
function readable(req: Request): Request | undefined {
  const host = req.headers.get("host") ?? "";
  if (host !== "" && !isHost(host)) return undefined;
  return URL.canParse(req.url) ? req : new Request(new URL(req.url, "http://localhost").href, req);
}
