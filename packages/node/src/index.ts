import type { NodeSocket } from "./socket.ts";

declare global {
  // Core reads the socket's type from here.
  namespace WsKit {
    interface Sockets {
      node: NodeSocket;
    }
  }
}

export { bearerToken } from "@ws-kit/core";
export { cookies } from "./cookies.ts";
export { createNodeHandler } from "./handler.ts";
export type { NodeHandler, NodeHandlerOptions, NodePeer } from "./handler.ts";
export { serve } from "./serve.ts";
export type { ServeOptions, WsKitServer } from "./serve.ts";
export type { NodeSocket } from "./socket.ts";
