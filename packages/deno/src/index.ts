declare global {
  // Core reads the socket's type from here.
  namespace WsKit {
    interface Sockets {
      deno: WebSocket;
    }
  }
}

export { bearerToken } from "@ws-kit/core";
export { cookies } from "./cookies.ts";
export { createDenoHandler } from "./handler.ts";
export type { DenoHandler, DenoHandlerOptions, DenoPeer } from "./handler.ts";
export type { DenoInfo, DenoServer } from "./runtime.ts";
export { serve } from "./serve.ts";
export type { ServeOptions, WsKitServer } from "./serve.ts";
