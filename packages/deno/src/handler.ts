import {
  checkOptions,
  createAdmit,
  frameOver,
  HANDLER_OPTIONS,
  Hub,
  isHost,
  notAlone,
  refuse,
  StandardSocket,
  systemClock,
  resolveTuning,
  withAuthenticate,
  type Admission,
  type Peer,
  type RuntimeTuning,
} from "@ws-kit/core/adapter";
import { type MaybePromise, type OpenData, type Router, type UpgradeOptions } from "@ws-kit/core";
import { denoApi, type DenoInfo } from "./runtime.ts";

/** Who asks for an upgrade: Deno's own request, and what `Deno.serve` tells of it. */
export interface DenoPeer extends Peer<Request> {
  /** Undefined where the handler was called without it. */
  readonly info: DenoInfo | undefined;
}

export interface DenoHandlerOptions<Data = OpenData> extends UpgradeOptions<Data, DenoPeer>, RuntimeTuning {}

/**
 * Upgrades requests to connections of its router; refuses with a response. Without `info`, the second argument of a
 * handler of `Deno.serve`, it does not know the peer's address.
 */
export type DenoHandler = (req: Request, info?: DenoInfo) => MaybePromise<Response>;

/**
 * Makes the function that upgrades requests inside any `Deno.serve`.
 * @throws TypeError for `compression`, which Deno does not have; RangeError for figures that are no such amounts.
 *
 * @example
 * const ws = createDenoHandler(router, { authenticate });
 * Deno.serve((req, info) => (new URL(req.url).pathname === "/ws" ? ws(req, info) : app.fetch(req)));
 */
export function createDenoHandler<Data = OpenData>(
  router: Router<Data>,
  options: DenoHandlerOptions<Data> = {},
): DenoHandler {
  checkOptions("createDenoHandler()", options, HANDLER_OPTIONS);
  return handlerWithHub(router, options).handler;
}

/** Milliseconds that a socket gets to open once its upgrade is answered. */
const OPEN_MS = 10_000;

interface HandlerWithHub {
  readonly handler: DenoHandler;
  readonly hub: Hub;
  /** Sockets that are not through with their closing handshake. */
  readonly sockets: ReadonlySet<WebSocket>;
}

export function handlerWithHub<Data>(router: Router<Data>, options: DenoHandlerOptions<Data>): HandlerWithHub {
  const tuning = resolveTuning(router, options, {
    runtime: "Deno",
    gaps: { compression: "lacks" },
    // What it counts the milliseconds in.
    maxIdleSeconds: 2_147_483,
  });
  const { idleTimeoutSeconds, maxPayloadBytes } = tuning;
  const admit = createAdmit(withAuthenticate(router, options), { offWire: true });
  // Deno pings a silent peer by itself, and ends one that has not answered after 120 s (`idleTimeout`).
  const hub = new Hub(router, { tuning, endsSilent: true });
  const deno = denoApi();
  const sockets = new Set<WebSocket>();

  function upgrade(req: Request, admission: Admission | Response): Response {
    if (admission instanceof Response) return admission;
    const { data, protocol, headers } = admission;
    let upgraded: ReturnType<typeof deno.upgradeWebSocket>;
    try {
      upgraded = deno.upgradeWebSocket(req, {
        ...(idleTimeoutSeconds !== undefined && { idleTimeout: idleTimeoutSeconds }),
      });
    } catch {
      hub.slots.release(data);
      hub.upgradeRefused(400, "handshake", req.url);
      return refuse(400, "The upgrade failed");
    }
    const { socket: ws, response } = upgraded;
    // Not by the option of that name: it finds a protocol only where the client put a blank behind each comma.
    if (protocol !== undefined) response.headers.set("sec-websocket-protocol", protocol);
    for (const [name, value] of headers ?? []) response.headers.append(name, value);
    ws.binaryType = "arraybuffer";
    // A socket whose peer has vanished by now neither opens nor closes. Deno warns of whoever asks the request's signal.
    let late = false;
    const timer = systemClock.setTimeout(() => {
      late = true;
      hub.slots.release(data);
    }, OPEN_MS);
    ws.addEventListener("open", () => {
      systemClock.clearTimeout(timer);
      if (late) ws.close(1013, "The upgrade took too long");
      else listen(ws, admission);
    });
    // Of one that never opened; of others the hub gives it back, maybe later.
    ws.addEventListener("close", () => {
      systemClock.clearTimeout(timer);
      if (!sockets.has(ws)) hub.slots.release(data);
    });
    return response;
  }

  function listen(ws: WebSocket, { data, clientId }: Admission): void {
    sockets.add(ws);
    const socket = new StandardSocket(ws);
    const conn = hub.adopt(socket, data, clientId, ws);
    socket.conn = conn;
    ws.addEventListener("message", ({ data: frame }: MessageEvent<string | ArrayBuffer>) => {
      // Its connection may have gone on without it.
      if (!socket.open || socket.conn === undefined) return;
      if (frameOver(frame, maxPayloadBytes)) socket.close(1009, "Received too big message");
      else hub.receive(conn, frame);
    });
    // Deno reports a peer that vanished with code 0.
    ws.addEventListener("close", ({ code, reason }) => {
      socket.ended(code || 1006, reason);
      sockets.delete(ws);
    });
    hub.opened(conn);
  }

  const handler: DenoHandler = (req, info) => {
    // Deno's upgrade ends the process for a header of two lines.
    const refusal = notAlone(req.headers);
    if (refusal !== undefined) {
      hub.upgradeRefused(refusal.status, "request", req.url);
      return refusal;
    }
    const source = () => ({ remoteAddress: info?.remoteAddr.hostname, request: req, info });
    const admission = admit(hub, asAddressed(req), source);
    return admission instanceof Promise ? admission.then((decided) => upgrade(req, decided)) : upgrade(req, admission);
  };
  return { handler, hub, sockets };
}

/** A target in absolute form (RFC 9112 §3.2.2) may name any host: as on every adapter, `Host` says which one it is. */
export function asAddressed(req: Request): Request {
  const host = req.headers.get("host");
  if (!isHost(host) || !URL.canParse(req.url)) return req;
  const url = new URL(req.url);
  const named = new URL(`${url.protocol}//${host}`);
  return named.host === url.host ? req : new Request(new URL(url.pathname + url.search, named), req);
}
