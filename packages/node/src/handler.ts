import type { IncomingMessage, Server } from "node:http";
import type { Server as SecureServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  checkOptions,
  checkPath,
  createAdmit,
  HANDLER_OPTIONS,
  Hub,
  isUpgrade,
  refuse,
  resolveTuning,
  withAuthenticate,
  type Admission,
  type Peer,
  type RuntimeTuning,
} from "@ws-kit/core/adapter";
import { type OpenData, type Router, type UpgradeOptions } from "@ws-kit/core";
import { WebSocketServer } from "ws";
import { ignore, ignoreUpgrade, pathOf, refuseUpgrade, toIncomingMessage } from "./http.ts";
import { NodeSocket, terminateAll } from "./socket.ts";
import { NodeUpgradeRequest } from "./upgrade-request.ts";

/** Who asks for an upgrade: Node's own request, as the middleware of Express takes it. */
export type NodePeer = Peer<IncomingMessage>;

export interface NodeHandlerOptions<Data = OpenData> extends UpgradeOptions<Data, NodePeer>, RuntimeTuning {}

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

/** Longest time that a timer of Node takes. */
const MAX_IDLE_SECONDS = 2_147_483;

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
  checkOptions("createNodeHandler()", options, HANDLER_OPTIONS);
  return handlerWithHub(router, options).handler;
}

interface HandlerWithHub {
  readonly handler: NodeHandler;
  readonly hub: Hub;
}

export function handlerWithHub<Data>(router: Router<Data>, options: NodeHandlerOptions<Data>): HandlerWithHub {
  const tuning = resolveTuning(router, options, { runtime: "Node" });
  if ((tuning.idleTimeoutSeconds ?? 0) > MAX_IDLE_SECONDS) {
    throw new RangeError(`idleTimeoutSeconds is at most ${MAX_IDLE_SECONDS} on Node, not ${tuning.idleTimeoutSeconds}`);
  }
  const admit = createAdmit(withAuthenticate(router, options), { offWire: true });
  const hub = new Hub(router, { tuning, bufferGrowth: 2 });
  /** Of the upgrade that is being answered, for the callback of `ws`. */
  let answering: Admission | undefined;
  /** Upgrades that wait for `authenticate`. */
  const pending = new Set<Duplex>();
  const upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    WebSocket: NodeSocket,
    maxPayload: tuning.maxPayloadBytes,
    perMessageDeflate: tuning.compression ?? false,
  });
  upgrader.on("headers", (lines) => {
    for (const [name, value] of answering?.headers ?? []) lines.push(`${name}: ${value}`);
  });

  function accept(message: IncomingMessage, socket: Duplex, head: Buffer, admission: Admission): void {
    answering = admission;
    let opened = false;
    // What has been chosen, and no list, which `ws` reads more strictly than HTTP does.
    message.headers.upgrade = "websocket";
    if (admission.protocol === undefined) delete message.headers["sec-websocket-protocol"];
    else message.headers["sec-websocket-protocol"] = admission.protocol;
    try {
      // Answers before it returns, or refuses by itself what is no handshake.
      upgrader.handleUpgrade(message, socket, head, (ws) => {
        opened = true;
        // `ws` has one of its own now.
        socket.off("error", ignore);
        ws.attach(socket, hub, admission.data, admission.clientId);
      });
    } catch (error) {
      hub.failed(error);
      socket.destroy();
    } finally {
      answering = undefined;
      if (!opened) {
        hub.slots.release(admission.data);
        hub.upgradeRefused(400, "handshake", message.url ?? "");
      }
    }
  }

  function handler(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!isUpgrade(message.headers.upgrade)) return ignoreUpgrade(message, socket);
    // A peer that vanishes before its upgrade is through is nobody's failure.
    socket.on("error", ignore);
    let req: NodeUpgradeRequest;
    try {
      req = new NodeUpgradeRequest(message);
    } catch {
      hub.upgradeRefused(400, "request", message.url ?? "");
      return refuseUpgrade(refuse(400, "Bad request"), socket);
    }
    const settle = (outcome: Admission | Response) => {
      if (outcome instanceof Response) refuseUpgrade(outcome, socket);
      else accept(message, socket, head, outcome);
    };
    const source = () => ({
      remoteAddress: message.socket.remoteAddress,
      request: message,
      renewed: renewedOn(message.socket),
    });
    const admission = admit(hub, req, source);
    if (!(admission instanceof Promise)) return settle(admission);
    pending.add(socket);
    void admission.then((outcome) => {
      if (pending.delete(socket)) settle(outcome);
      // It was refused meanwhile, since the server stopped.
      else if (!(outcome instanceof Response)) hub.slots.release(outcome.data);
    });
  }

  const whole = Object.assign(handler, {
    attach: (server: Server | SecureServer, path?: string) => attach(server, path, { handler, hub }),
    terminate: () => {
      terminateAll(hub);
      for (const socket of pending) refuseUpgrade(refuse(503, "The server restarts", { "retry-after": "1" }), socket);
      pending.clear();
    },
  });
  return { handler: whole, hub };
}

/** Apart from the handler, whose scope holds the request. */
function renewedOn(socket: Socket): (req: Request) => IncomingMessage {
  return (req) => toIncomingMessage(req, socket);
}

type Upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** A handler, and the listener behind it. */
interface Door {
  readonly handler: Upgrade;
  readonly hub: Hub;
}

/** The handlers of each server, by path; `undefined` takes what is left. */
const attached = new WeakMap<Server | SecureServer, Map<string | undefined, Door>>();

function attach(server: Server | SecureServer, path: string | undefined, door: Door): void {
  checkPath(path);
  let handlers = attached.get(server);
  if (handlers === undefined) {
    handlers = new Map();
    attached.set(server, handlers);
    listen(server, handlers);
  }
  if (handlers.has(path)) throw new Error(`Another handler takes the upgrades of ${path ?? "every path"}`);
  handlers.set(path, door);
}

/** Servers whose application is asked about upgrades that no handler takes, as if they were none. */
const asking = new WeakSet<Server | SecureServer>();

export function leaveRestToRequests(server: Server | SecureServer): void {
  asking.add(server);
}

function listen(server: Server | SecureServer, handlers: ReadonlyMap<string | undefined, Door>): void {
  const alone = () => server.listenerCount("upgrade") === 1;
  server.on("upgrade", (req, socket, head) => {
    const found = handlers.get(pathOf(req)) ?? handlers.get(undefined);
    // Another listener may speak the protocol that is asked for.
    if (!isUpgrade(req.headers.upgrade)) return alone() ? ignoreUpgrade(req, socket) : undefined;
    if (found !== undefined) return found.handler(req, socket, head);
    if (!alone()) return undefined;
    if (asking.has(server)) return ignoreUpgrade(req, socket);
    socket.on("error", ignore);
    for (const hub of new Set(Array.from(handlers.values(), (door) => door.hub)))
      hub.upgradeRefused(404, "path", req.url ?? "");
    return refuseUpgrade(refuse(404, "Not found"), socket);
  });
  // An offer of another protocol, like h2c, is no reason to leave HTTP (RFC 9110 §7.8).
  const choosing = server as { shouldUpgradeCallback?: (req: IncomingMessage) => boolean };
  const before = choosing.shouldUpgradeCallback;
  if (before === undefined) return;
  choosing.shouldUpgradeCallback = (req) => (alone() ? isUpgrade(req.headers.upgrade) : before.call(server, req));
}
