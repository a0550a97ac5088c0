import { unmet } from "../api/tuning.ts";
import type { Socket } from "../ports/socket.ts";
import type { Tuning } from "../ports/tuning.ts";
import { CLOSE } from "../protocol/codes.ts";
import type { RouterCore } from "./core.ts";
import { Connection, type Listener } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";

/**
 * Where a connection's data keeps what the framework knows of it: out of sight of spread, JSON and structured clone. One
 * symbol for the process: under `bun --hot` this module is loaded anew while connections stay open, which their own
 * hub goes on serving.
 */
const CONNECTION: unique symbol = Symbol.for("@ws-kit/core.connection");

type Prepared = Record<string, unknown> & { [CONNECTION]?: Connection };

/** A socket whose runtime keeps `data` for it, as Bun does. */
export interface DataSocket extends Socket {
  readonly data: unknown;
}

/** The events of a runtime that calls one set of functions for all its sockets, and its settings, in Bun's spelling. */
export interface WebSocketCallbacks {
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the runtime's socket type is, and however it types its data
  open(ws: any): void;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  message(ws: any, data: any): void;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  close(ws: any, code: number, reason: string): void;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  drain(ws: any): void;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  ping(ws: any): void;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  pong(ws: any): void;
  maxPayloadLength?: number;
  idleTimeout?: number;
  backpressureLimit?: number;
  perMessageDeflate?: boolean;
}

/** Makes a connection's data ready for a socket that is about to open. */
export function prepare(hub: Listener, data: Record<string, unknown>, clientId: string): Record<string, unknown> {
  return Object.defineProperty(data, CONNECTION, { value: new Connection(hub, data, clientId), configurable: true });
}

/** Whether a socket's data was made ready here: others may upgrade sockets of their own on the same server. */
export function isPrepared(data: unknown): boolean {
  return (data as Prepared | undefined)?.[CONNECTION] !== undefined;
}

/** Whether the callbacks have heard of the socket that this data was made ready for. */
export function isHeard(data: unknown): boolean {
  const conn = (data as Prepared | undefined)?.[CONNECTION];
  return conn !== undefined && (conn.ws !== undefined || conn.state === CLOSED);
}

/** Undefined for a socket that is not ours, or that its connection has gone on without. */
function connectionOf(ws: DataSocket): Connection | undefined {
  const conn = (ws.data as Prepared | undefined)?.[CONNECTION];
  return conn === undefined || conn.ws === ws || conn.ws === undefined ? conn : undefined;
}

export function websocketCallbacks(core: RouterCore, tuning: Tuning): WebSocketCallbacks {
  const maxBacklog = backpressureLimit(core);
  return {
    open(ws: DataSocket) {
      const conn = (ws.data as Prepared | undefined)?.[CONNECTION];
      if (conn !== undefined) {
        standBeforeClose(ws);
        const { hub } = conn;
        const other =
          (hub.tuning === tuning ? undefined : unmet(tuning, hub.tuning, hub.limits)) ??
          (backpressureLimit(hub) <= maxBacklog ? undefined : "limits.maxBufferedBytes");
        return other === undefined ? open(conn, ws) : refuse(conn, ws, other);
      }
      core.logger.error(
        "Closed a socket that skipped the checks of origin and authenticate: upgrade it with createBunHandler(router), not with server.upgrade(req). Sockets that are meant to be another library's, as those of Hono's upgradeWebSocket, get its callbacks by createBunHandler(router, { otherSockets: websocket }) and websocket: handler.websocket",
      );
      ws.close(CLOSE.POLICY, "Not upgraded by WS-Kit");
    },
    message(ws: DataSocket, data) {
      const conn = connectionOf(ws);
      if (conn !== undefined) conn.hub.receive(conn, data);
    },
    close(ws: DataSocket, code, reason) {
      const conn = connectionOf(ws);
      if (conn !== undefined) conn.hub.close(conn, sentCode(code, reason), reason);
    },
    drain(ws: DataSocket) {
      const conn = connectionOf(ws);
      if (conn !== undefined) conn.hub.drained(conn);
    },
    ping(ws: DataSocket) {
      const conn = connectionOf(ws);
      if (conn !== undefined) conn.hub.seen(conn);
    },
    pong(ws: DataSocket) {
      const conn = connectionOf(ws);
      if (conn !== undefined) conn.hub.seen(conn);
    },
    maxPayloadLength: Math.min(2 ** 32 - 1, Math.ceil(tuning.maxPayloadBytes)),
    backpressureLimit: maxBacklog,
    ...(tuning.idleTimeoutSeconds !== undefined && { idleTimeout: tuning.idleTimeoutSeconds }),
    ...(tuning.compression !== undefined && { perMessageDeflate: tuning.compression }),
  };
}

function open(prepared: Connection, ws: DataSocket): void {
  const { hub } = prepared;
  const conn = hub.takeIn(prepared, ws);
  if (conn !== prepared) {
    // What was made ready is of no use: the socket is another connection's, before anything is run that may close it.
    prepared.state = CLOSED;
    (ws as { data: unknown }).data = conn.data;
  }
  hub.opened(conn);
}

/** Of a `close` that stands before the runtime's own, which it knows by this. */
const NATIVE_CLOSE: unique symbol = Symbol.for("@ws-kit/core.close");

type Close = ((this: DataSocket, code?: number, reason?: string) => void) & { [NATIVE_CLOSE]?: Close };

/**
 * Lets what was sent before `ctx.ws.close()` leave first, though the socket is the runtime's own: all of them have one
 * `close`, before which ours stands from the first connection on. Sockets that are not ours do not notice.
 */
function standBeforeClose(ws: DataSocket): void {
  const shared = Object.getPrototypeOf(ws) as { close: Close };
  // An object of its own, as in tests, closes as it likes.
  if (shared === Object.prototype || !Object.hasOwn(shared, "close") || NATIVE_CLOSE in shared.close) return;
  const native = shared.close;
  const close: Close = function (code, reason) {
    const conn = connectionOf(this);
    if (conn === undefined || !conn.hub.hangUp(conn, code, reason)) native.call(this, code, reason);
  };
  shared.close = Object.assign(close, { [NATIVE_CLOSE]: native });
}

/**
 * The code that the peer was given. Bun reports 1006 for a frame that breaks RFC 6455 and tells only by the reason which
 * code it sent.
 */
function sentCode(code: number, reason: string): number {
  if (code !== 1006 || !reason.startsWith("Received ")) return code;
  if (reason === "Received too big message") return CLOSE.TOO_BIG;
  return reason === "Received invalid UTF-8" ? CLOSE.INVALID_DATA : CLOSE.PROTOCOL_ERROR;
}

/** The runtime drops frames over this in silence, so it must lie above where the core closes the connection. */
function backpressureLimit({ limits }: Pick<Listener, "limits">): number {
  return Math.min(2 ** 31 - 1, Math.max(64 * 1024 * 1024, limits.maxBufferedBytes * 2));
}

/** A runtime that would not give a listener's sockets what it asks for: said at the first of them, and each is closed. */
function refuse(conn: Connection, ws: DataSocket, option: string): void {
  // It never was open: `onClose` does not hear of it.
  conn.state = CLOSED;
  conn.hub.logger.error(
    `Closed a socket that arrived at a server with another ${option} than its handler has: pass websocket: handler.websocket to Bun.serve. A server has one set of settings, so that handlers of different ones need servers of their own`,
  );
  ws.close(CLOSE.INTERNAL, "The server has other settings");
}
