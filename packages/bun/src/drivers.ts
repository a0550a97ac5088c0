import { isHeard, isPrepared, type Hub, type WebSocketCallbacks } from "@ws-kit/core/adapter";
import type { Server } from "bun";

// `Bun.serve` has one set of callbacks for the sockets of all who upgrade on it, and whoever upgrades cannot see whose.

/** Callbacks for sockets that something else upgrades, as Hono's `websocket` of `hono/bun`. */
export interface OtherSockets {
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever they type their sockets with
  open?(ws: any): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  message?(ws: any, data: any): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  close?(ws: any, code: number, reason: string): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  drain?(ws: any): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  ping?(ws: any, data: any): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  pong?(ws: any, data: any): unknown;
}

function mine(ws: { readonly data: unknown }): boolean {
  return isPrepared(ws.data);
}

/** Ours for our own sockets, the others' for theirs. */
export function besides(ours: WebSocketCallbacks, others: OtherSockets | undefined): WebSocketCallbacks {
  if (others === undefined) return ours;
  return {
    ...ours,
    open: (ws) => void (mine(ws) ? ours.open(ws) : others.open?.(ws)),
    message: (ws, data) => void (mine(ws) ? ours.message(ws, data) : others.message?.(ws, data)),
    close: (ws, code, reason) => void (mine(ws) ? ours.close(ws, code, reason) : others.close?.(ws, code, reason)),
    drain: (ws) => void (mine(ws) ? ours.drain(ws) : others.drain?.(ws)),
    ping: (ws, ...data: unknown[]) => void (mine(ws) ? ours.ping(ws) : others.ping?.(ws, data[0])),
    pong: (ws, ...data: unknown[]) => void (mine(ws) ? ours.pong(ws) : others.pong?.(ws, data[0])),
  };
}

const NOT_OURS =
  "The server's websocket is not WS-Kit's, so that nobody hears this socket: pass websocket: handler.websocket to Bun.serve, handler being what createBunHandler(router) returned. Where something else upgrades sockets on the same server, as Hono's upgradeWebSocket does, give its callbacks to createBunHandler(router, { otherSockets: websocket })";
const NONE =
  "The server has no websocket, without which Bun upgrades nothing: pass websocket: handler.websocket to Bun.serve (or export it beside fetch), handler being what createBunHandler(router) returned";

/** Servers whose callbacks are known to be WS-Kit's. */
const known = new WeakSet<object>();

/**
 * Upgrades, and finds out at the first upgrade of a server whether its callbacks are WS-Kit's: they are called before Bun's
 * `upgrade` returns.
 *
 * @returns `unheard` where they are not, or there are none, of which the log has been told.
 */
export function upgradeOn(
  server: Server<unknown>,
  hub: Hub,
  req: Request,
  options: { data: Record<string, unknown>; headers?: Headers | Record<string, string> },
): "open" | "refused" | "unheard" {
  if (known.has(server)) return server.upgrade(req, options) ? "open" : "refused";
  const { data } = options;
  // What Hono's callbacks read of their own sockets, and would end the process for the lack of.
  const own = Object.getOwnPropertyDescriptor(data, "events");
  Object.defineProperty(data, "events", { value: HONO, configurable: true });
  let upgraded: boolean;
  try {
    upgraded = server.upgrade(req, options);
  } catch (error) {
    hub.logger.error(NONE, error);
    return "unheard";
  }
  if (isHeard(data)) {
    known.add(server);
    delete data["events"];
    if (own !== undefined) Object.defineProperty(data, "events", own);
    return "open";
  }
  if (!upgraded) return "refused";
  hub.logger.error(NOT_OURS);
  return "unheard";
}

const HONO = {
  onOpen(_event: unknown, socket: { close?: (code: number, reason: string) => void }) {
    // Not within the upgrade, which would fail by it.
    setTimeout(() => socket.close?.(1011, "Not driven by WS-Kit"), 0);
  },
};
