import type { MaybePromise, OpenData, Router } from "@ws-kit/core";
import { createDenoHandler, type DenoHandlerOptions } from "./handler.ts";
import { denoApi, type DenoServer } from "./runtime.ts";

export interface ServeOptions<Data = OpenData> extends DenoHandlerOptions<Data> {
  /** Default 3000; 0 takes a free one. */
  port?: number;
  /** Default `0.0.0.0`. */
  hostname?: string;
  /** Path of the WebSocket endpoint; the rest goes to `fetch`. Default: every upgrade is taken. */
  path?: string;
  /** Answers what is no upgrade. Default: 404, or 426 on the endpoint's own path. */
  fetch?: (req: Request) => MaybePromise<Response>;
  /** PEM certificate and key. Left out: plain HTTP. */
  tls?: { cert: string; key: string };
}

/** A running server. */
export interface WsKitServer {
  readonly port: number;
  readonly hostname: string;
  readonly url: URL;
  /** Deno's own server. */
  readonly server: DenoServer;
  /** Stops listening, drains every connection and closes it with 1012. `timeoutMs` as for `router.drain`. */
  stop(options?: { timeoutMs?: number }): Promise<void>;
}

/**
 * Serves a router's WebSockets, and HTTP beside them.
 * @throws Deno's `AddrInUse` when the port is taken.
 */
export function serve<Data = OpenData>(router: Router<Data>, options: ServeOptions<Data> = {}): WsKitServer {
  const { port = 3000, hostname = "0.0.0.0", path, fetch, tls, ...handlerOptions } = options;
  const handler = createDenoHandler(router, handlerOptions as DenoHandlerOptions<Data>);

  const server = denoApi().serve({ port, hostname, ...tls, onListen: () => {} }, async (req) => {
    const isUpgrade = req.headers.get("upgrade")?.toLowerCase() === "websocket";
    const onPath = path === undefined || new URL(req.url).pathname === path;
    if (onPath && (isUpgrade || (path !== undefined && fetch === undefined))) return handler(req);
    return fetch === undefined ? new Response("Not found", { status: 404 }) : fetch(req);
  });

  let stopping: Promise<void> | undefined;
  return {
    server,
    port: server.addr.port,
    hostname: server.addr.hostname,
    url: new URL(
      `${tls === undefined ? "http" : "https"}://${hostname === "0.0.0.0" ? "localhost" : hostname}:${server.addr.port}/`,
    ),
    stop(stopOptions = {}) {
      return (stopping ??= (async () => {
        await router.drain(stopOptions);
        await server.shutdown();
      })());
    },
  };
}
