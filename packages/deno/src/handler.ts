import {
  admit,
  chooseProtocol,
  frameOver,
  Hub,
  StandardSocket,
  resolveTuning,
  type Admission,
  type RuntimeTuning,
} from "@ws-kit/core/adapter";
import { type MaybePromise, type OpenData, type Router, type UpgradeOptions } from "@ws-kit/core";
import { denoApi } from "./runtime.ts";

export interface DenoHandlerOptions<Data = OpenData> extends UpgradeOptions<Data>, RuntimeTuning {}

/** Upgrades requests to connections of its router; refuses with a response. */
export type DenoHandler = (req: Request) => MaybePromise<Response>;

/**
 * Makes the function that upgrades requests inside any `Deno.serve`.
 * @throws TypeError for `compression`, which Deno does not have; RangeError for figures that are no such amounts.
 *
 * @example
 * const ws = createDenoHandler(router, { authenticate });
 * Deno.serve((req) => (new URL(req.url).pathname === "/ws" ? ws(req) : app.fetch(req)));
 */
export function createDenoHandler<Data = OpenData>(
  router: Router<Data>,
  options: DenoHandlerOptions<Data> = {},
): DenoHandler {
  const tuning = resolveTuning(router, options, {
    runtime: "Deno",
    gaps: { compression: "lacks" },
    // What it counts the milliseconds in.
    maxIdleSeconds: 2_147_483,
  });
  const { idleTimeoutSeconds, maxPayloadBytes } = tuning;
  // Deno pings a silent peer by itself, and ends one that has not answered after 120 s (`idleTimeout`).
  const hub = new Hub(router, { tuning, endsSilent: true });
  const deno = denoApi();

  function upgrade(req: Request, admission: Admission | Response): Response {
    if (admission instanceof Response) return admission;
    const protocol = chooseProtocol(req);
    const { socket: ws, response } = deno.upgradeWebSocket(req, {
      ...(idleTimeoutSeconds !== undefined && { idleTimeout: idleTimeoutSeconds }),
    });
    // Not by the option of that name: it finds a protocol only where the client put a blank behind each comma.
    if (protocol !== undefined) response.headers.set("sec-websocket-protocol", protocol);
    ws.binaryType = "arraybuffer";
    ws.addEventListener("open", () => listen(ws, admission));
    return response;
  }

  function listen(ws: WebSocket, { data, clientId }: Admission): void {
    const socket = new StandardSocket(ws);
    const conn = hub.adopt(socket, data, clientId, ws);
    socket.conn = conn;
    ws.addEventListener("message", ({ data: frame }: MessageEvent<string | ArrayBuffer>) => {
      if (!socket.open) return;
      if (frameOver(frame, maxPayloadBytes)) socket.close(1009, "Received too big message");
      else hub.receive(conn, frame);
    });
    // Deno reports a peer that vanished with code 0.
    ws.addEventListener("close", ({ code, reason }) => socket.ended(code || 1006, reason));
    hub.opened(conn);
  }

  return (req) => {
    const admission = admit(hub, req, options);
    return admission instanceof Promise ? admission.then((decided) => upgrade(req, decided)) : upgrade(req, admission);
  };
}
