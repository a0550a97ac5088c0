import {
  answered,
  checkOptions,
  checkPath,
  fetchFailed,
  HANDLER_OPTIONS,
  isHost,
  isForEndpoint,
  isUpgrade,
  portOf,
  refuse,
  SERVE_OPTIONS,
  stopOnce,
  systemClock,
  untilNone,
  urlOf,
  type Kinds,
  type ServeBase,
  type ServerHandle,
} from "@ws-kit/core/adapter";
import type { OpenData, Router } from "@ws-kit/core";
import { asAddressed, handlerWithHub, type DenoHandlerOptions } from "./handler.ts";
import { denoApi, type DenoServer } from "./runtime.ts";

export interface ServeOptions<Data = OpenData> extends DenoHandlerOptions<Data>, ServeBase {
  /** PEM certificate and key. Left out: plain HTTP. */
  tls?: { cert: string; key: string } | undefined;
}

const OPTIONS: Kinds<ServeOptions<never>> = { ...HANDLER_OPTIONS, ...SERVE_OPTIONS, tls: "object" };

/** Milliseconds that peers get to see the end of their connections, at the least. */
const CLOSE_MS = 1_000;

/** A running server. */
export type WsKitServer = ServerHandle<DenoServer>;

/**
 * Serves a router's WebSockets, and HTTP beside them.
 *
 * @throws Deno's `AddrInUse` when the port is taken.
 *
 * @example
 * const server = serve(router, { port: 3000, path: "/ws", authenticate: (req) => userOf(bearerToken(req)) });
 */
export function serve<Data = OpenData>(router: Router<Data>, options: ServeOptions<Data> = {}): WsKitServer {
  checkOptions("serve()", options, OPTIONS);
  const { port: given, hostname = "0.0.0.0", path, fetch, tls, ...handlerOptions } = options;
  const port = portOf(given) ?? 3000;
  const { handler, hub, sockets } = handlerWithHub(router, handlerOptions as DenoHandlerOptions<Data>);

  checkPath(path);
  const onError = (error: unknown) => fetchFailed(hub.logger, error);
  const server = denoApi().serve({ port, hostname, ...tls, onError, onListen: () => {} }, async (req, info) => {
    const host = req.headers.get("host") ?? "";
    if ((host !== "" && !isHost(host)) || !URL.canParse(req.url)) return refuse(400, "Bad request");
    if (isForEndpoint(req, options)) return handler(req, info);
    if (fetch !== undefined) return answered(hub.logger, () => fetch(asAddressed(req)));
    if (isUpgrade(req.headers.get("upgrade"))) hub.upgradeRefused(404, "path", req.url);
    return new Response("Not found", { status: 404 });
  });

  return {
    server,
    ready: Promise.resolve(),
    port: server.addr.port,
    hostname: server.addr.hostname,
    url: urlOf(tls === undefined ? "http" : "https", hostname, server.addr.port),
    stop: stopOnce(async (stopOptions) => {
      const { timeoutMs = 10_000 } = stopOptions;
      const until = performance.now() + timeoutMs;
      await hub.drain(stopOptions);
      // A shutdown tells those 1001 who have not answered 1012 yet.
      await untilNone(() => sockets.size, performance.now() + CLOSE_MS);
      // Answers to requests get as long as those to messages. Deno cannot end a connection whose peer does not: one that is
      // open by then is no longer waited for.
      let late: unknown;
      const tooLong = new Promise<void>((resolve) => {
        late = systemClock.setTimeout(resolve, Math.max(CLOSE_MS, until - performance.now()));
      });
      await Promise.race([server.shutdown(), tooLong]);
      systemClock.clearTimeout(late);
      await hub.dispose();
    }),
  };
}
