import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions, type Server as SecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import {
  answered,
  checkOptions,
  fetchFailed,
  HANDLER_OPTIONS,
  isForEndpoint,
  portOf,
  refuse,
  SERVE_OPTIONS,
  stopOnce,
  systemClock,
  urlOf,
  wrongHandshake,
  type Kinds,
  type ServeBase,
  type ServerHandle,
} from "@ws-kit/core/adapter";
import type { OpenData, Router } from "@ws-kit/core";
import { handlerWithHub, leaveRestToRequests, type NodeHandlerOptions } from "./handler.ts";
import { toRequest, writeResponse } from "./http.ts";

export interface ServeOptions<Data = OpenData> extends NodeHandlerOptions<Data>, ServeBase {
  /** Default 3000, or the environment's `PORT`; 0 takes a free one. */
  port?: number | undefined;
  /** Certificates and what else `https.createServer` takes. Left out: plain HTTP. */
  tls?: ServerOptions | undefined;
}

/** A running server. */
export interface WsKitServer extends ServerHandle<Server | SecureServer> {
  /** @throws Error while a free port is still being looked for: wait for `ready`. */
  readonly port: number;
  /** @throws Error as `port` does. */
  readonly url: URL;
}

const OPTIONS: Kinds<ServeOptions<never>> = { ...HANDLER_OPTIONS, ...SERVE_OPTIONS, tls: "object" };

/** Milliseconds that peers get to answer the closing handshake of a server that stops. */
const CLOSE_MS = 1_000;

/**
 * Serves a router's WebSockets, and HTTP beside them.
 *
 * @example
 * const server = serve(router, { port: 3000, path: "/ws", authenticate: (req) => userOf(bearerToken(req)) });
 * await server.ready;
 */
export function serve<Data = OpenData>(router: Router<Data>, options: ServeOptions<Data> = {}): WsKitServer {
  checkOptions("serve()", options, OPTIONS);
  const { port: given, hostname, path, fetch, tls, ...handlerOptions } = options;
  const port = portOf(given ?? process.env["PORT"]) ?? 3000;
  const { handler, hub } = handlerWithHub(router, handlerOptions as NodeHandlerOptions<Data>);

  async function respond(message: IncomingMessage, out: ServerResponse): Promise<void> {
    const left = new AbortController();
    out.on("close", () => left.abort());
    let response: Response;
    let req: Request;
    try {
      req = toRequest(message, left.signal);
    } catch {
      return writeResponse(refuse(400, "Bad request"), out);
    }
    if (isForEndpoint(req, options)) {
      // Node tells of an upgrade elsewhere, and this it found to be none.
      const wrong = wrongHandshake(req, true);
      response = wrong?.response ?? refuse(400, "The upgrade failed");
      hub.upgradeRefused(response.status, wrong?.cause ?? "handshake", req.url);
    } else if (fetch !== undefined) response = await answered(hub.logger, () => fetch(req));
    else response = new Response("Not found", { status: 404 });
    try {
      await writeResponse(response, out);
    } catch (error) {
      // Node refuses more than the standard does, like a Trailer without chunks.
      const instead = fetchFailed(hub.logger, error);
      if (out.headersSent) out.destroy();
      else await writeResponse(instead, out);
    }
  }

  /** Requests that are being answered. */
  const answering = new Set<ServerResponse>();
  let allAnswered: (() => void) | undefined;
  const listener = (message: IncomingMessage, out: ServerResponse): void => {
    answering.add(out);
    out.once("close", () => {
      answering.delete(out);
      if (answering.size === 0) allAnswered?.();
    });
    respond(message, out).catch((error: unknown) => {
      hub.logger.error("A request could not be answered", error);
      out.destroy();
    });
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  handler.attach(server, path);
  if (fetch !== undefined) leaveRestToRequests(server);
  // Node ends those that speak HTTP: not one that has yet to begin TLS, nor one that another listener's upgrade has taken.
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", gone);
  });
  function gone(this: Socket): void {
    sockets.delete(this);
  }
  const ready = new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  server.listen(port, hostname);

  let bound = port;
  function boundPort(): number {
    // Kept, since a server that has stopped has no address.
    bound = (server.address() as AddressInfo | null)?.port ?? bound;
    if (bound !== 0) return bound;
    throw new Error("The server does not listen yet: await server.ready before reading the port");
  }

  return {
    server,
    ready,
    hostname: hostname ?? "localhost",
    get port() {
      return boundPort();
    },
    get url() {
      return urlOf(tls === undefined ? "http" : "https", hostname ?? "localhost", boundPort());
    },
    stop: stopOnce(async (stopOptions) => {
      // New connections are refused from here on; those that exist are drained.
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      const { timeoutMs = 10_000 } = stopOptions;
      const until = performance.now() + timeoutMs;
      await hub.drain(stopOptions);
      // Answers to requests get as long as those to messages; what has asked for nothing is not waited for.
      if (answering.size > 0) {
        const left = systemClock.setTimeout(() => allAnswered?.(), Math.max(0, until - performance.now()));
        await new Promise<void>((resolve) => (allAnswered = resolve));
        systemClock.clearTimeout(left);
      }
      server.closeAllConnections();
      const late = setTimeout(() => {
        handler.terminate();
        for (const socket of sockets) socket.destroy();
      }, CLOSE_MS);
      await closed;
      clearTimeout(late);
      await hub.dispose();
    }),
  };
}
