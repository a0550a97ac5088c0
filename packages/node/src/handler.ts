import type { IncomingMessage, Server } from "node:http";
import type { Server as SecureServer } from "node:https";
import type { Duplex } from "node:stream";
import { admit, chooseProtocol, Hub, resolveTuning, type Admission, type RuntimeTuning } from "@ws-kit/core/adapter";
import { type OpenData, type Router, type UpgradeOptions } from "@ws-kit/core";
import { WebSocketServer } from "ws";
import { refuseUpgrade, toRequest } from "./http.ts";
import { NodeSocket } from "./socket.ts";

export interface NodeHandlerOptions<Data = OpenData> extends UpgradeOptions<Data>, RuntimeTuning {}

/** Upgrades requests to connections of its router: a listener for an HTTP server's `upgrade` event. */
export interface NodeHandler {
  (req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /**
   * Takes the upgrades of one path, or without a path all that no other handler takes. Handlers of several routers can
   * share a server; what nobody takes is answered 404, unless someone else listens for upgrades too.
   * @throws Error when another handler has the path.
   */
  attach(this: void, server: Server | SecureServer, path?: string): void;
  /** Ends every connection at once, without a handshake. To shut down gracefully, call `router.drain()` first. */
  terminate(this: void): void;
}

/**
 * Makes the function that upgrades requests of an existing `http.Server`: one of Express, Fastify, Hono or Node itself.
 *
 * @example
 * const server = express().listen(3000);
 * createNodeHandler(router, { authenticate }).attach(server, "/ws");
 */
export function createNodeHandler<Data = OpenData>(
  router: Router<Data>,
  options: NodeHandlerOptions<Data> = {},
): NodeHandler {
  return handlerWithHub(router, options).handler;
}

interface HandlerWithHub {
  readonly handler: NodeHandler;
  readonly hub: Hub;
}

export function handlerWithHub<Data>(router: Router<Data>, options: NodeHandlerOptions<Data>): HandlerWithHub {
  const tuning = resolveTuning(router, options, { runtime: "Node" });
  const hub = new Hub(router, { tuning });
  let protocol: string | undefined;
  const upgrader = new WebSocketServer({
    noServer: true,
    WebSocket: NodeSocket,
    maxPayload: tuning.maxPayloadBytes,
    perMessageDeflate: tuning.compression ?? false,
    handleProtocols: () => protocol ?? false,
  });

  function accept(req: Request, message: IncomingMessage, socket: Duplex, head: Buffer, admission: Admission): void {
    // Read by `handleProtocols` before this returns.
    protocol = chooseProtocol(req);
    upgrader.handleUpgrade(message, socket, head, (ws) => {
      const { idleTimeoutSeconds } = tuning;
      if (idleTimeoutSeconds !== undefined) message.socket.setTimeout(idleTimeoutSeconds * 1_000, () => ws.terminate());
      ws.attach(socket, admission.data, (opened) => hub.adopt(opened, admission.data, admission.clientId));
    });
  }

  function handler(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A peer that vanishes before its upgrade is through is nobody's failure.
    socket.on("error", ignore);
    let req: Request;
    try {
      req = toRequest(message);
    } catch {
      refuseUpgrade(new Response("Bad request", { status: 400 }), socket);
      return;
    }
    const settle = (outcome: Admission | Response) => {
      if (outcome instanceof Response) refuseUpgrade(outcome, socket);
      else accept(req, message, socket, head, outcome);
    };
    const admission = admit(hub, req, options);
    if (admission instanceof Promise) void admission.then(settle);
    else settle(admission);
  }

  const whole = Object.assign(handler, {
    attach: (server: Server | SecureServer, path?: string) => attach(server, path, handler),
    terminate: () => {
      for (const socket of upgrader.clients) socket.terminate();
    },
  });
  return { handler: whole, hub };
}

function ignore(): void {}

type Upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** The handlers of each server, by path; `undefined` takes what is left. */
const attached = new WeakMap<Server | SecureServer, Map<string | undefined, Upgrade>>();

function attach(server: Server | SecureServer, path: string | undefined, handler: Upgrade): void {
  let handlers = attached.get(server);
  if (handlers === undefined) {
    const table = new Map<string | undefined, Upgrade>();
    attached.set(server, (handlers = table));
    server.on("upgrade", (req, socket, head) => {
      const [target] = (req.url ?? "").split("?", 1);
      const found = table.get(target) ?? table.get(undefined);
      if (found !== undefined) found(req, socket, head);
      else if (server.listenerCount("upgrade") === 1) {
        socket.on("error", ignore);
        refuseUpgrade(new Response("Not found", { status: 404 }), socket);
      }
    });
  }
  if (handlers.has(path)) throw new Error(`Another handler takes the upgrades of ${path ?? "every path"}`);
  handlers.set(path, handler);
}
