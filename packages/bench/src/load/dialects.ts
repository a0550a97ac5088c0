/** How a client of one kind of server talks. */
export interface Dialect {
  readonly path: string;
  /** Sent once the socket is open; its answer ends the handshake. */
  readonly hello?: string;
  /** Whether a text ends the handshake; left out where there is none. */
  readonly ready?: (text: string) => boolean;
  /** @param id Tells apart the requests of one connection that are in flight. */
  frame(type: string, payload: object, id: number): string;
}

/** Types that are asked with a correlation id. */
const REQUESTS = new Set(["ASK", "ASK_RETURNED"]);

/** One JSON object a message, as WS-Kit, Bun, `ws`, crossws, Hono and Elysia servers here take it. */
export const json: Dialect = {
  path: "/",
  frame: (type, payload, id) =>
    JSON.stringify({ type, ...(REQUESTS.has(type) && { meta: { correlationId: `request-${id}` } }), payload }),
};

/** Engine.IO 4 over Socket.IO 5; an answer is an acknowledgement. */
export const socketIo: Dialect = {
  path: "/socket.io/?EIO=4&transport=websocket",
  hello: "40",
  ready: (text) => text.startsWith("40"),
  frame: (type, payload, id) => `42${REQUESTS.has(type) ? id : ""}${JSON.stringify([type, payload])}`,
};

/** tRPC's WebSocket link: every message is a mutation. */
export const trpc: Dialect = {
  path: "/",
  frame: (type, payload, id) =>
    JSON.stringify({ id, jsonrpc: "2.0", method: "mutation", params: { path: type.toLowerCase(), input: payload } }),
};
