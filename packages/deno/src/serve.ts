import {
  checkPath,
  isHost,
  isUpgrade,
  refuse,
  stopOnce,
  urlOf,
  type ServeBase,
  type ServerHandle,
} from "@ws-kit/core/adapter";
import type { OpenData, Router } from "@ws-kit/core";
import { createDenoHandler, type DenoHandlerOptions } from "./handler.ts";
import { denoApi, type DenoServer } from "./runtime.ts";

export interface ServeOptions<Data = OpenData> extends DenoHandlerOptions<Data>, ServeBase {
  /** PEM certificate and key. Left out: plain HTTP. */
  tls?: { cert: string; key: string };
}

/** A running server. */
export type WsKitServer = ServerHandle<DenoServer>;

/**
 * Serves a router's WebSockets, and HTTP beside them.
 * @throws Deno's `AddrInUse` when the port is taken.
 */
export function serve<Data = OpenData>(router: Router<Data>, options: ServeOptions<Data> = {}): WsKitServer {
  const { port = 3000, hostname = "0.0.0.0", path, fetch, tls, ...handlerOptions } = options;
  const handler = createDenoHandler(router, handlerOptions as DenoHandlerOptions<Data>);

  checkPath(path);
  const server = denoApi().serve({ port, hostname, ...tls, onListen: () => {} }, async (req, info) => {
    const host = req.headers.get("host") ?? "";
    if ((host !== "" && !isHost(host)) || !URL.canParse(req.url)) return refuse(400, "Bad request");
    const wanted = isUpgrade(req.headers.get("upgrade"));
    const onPath = path === undefined || new URL(req.url).pathname === path;
    if (onPath && (wanted || (path !== undefined && fetch === undefined))) return handler(req, info);
    return fetch === undefined ? new Response("Not found", { status: 404 }) : fetch(req);
  });

  return {
    server,
    port: server.addr.port,
    hostname: server.addr.hostname,
    url: urlOf(tls === undefined ? "http" : "https", hostname, server.addr.port),
    stop: stopOnce(async (stopOptions) => {
      await router.drain(stopOptions);
      await server.shutdown();
    }),
  };
}
