import type { ServerWebSocket } from "bun";

declare global {
  // Core reads the socket's type from here
  namespace WsKit {
    interface Sockets {
      // Its data is ctx.data: of never nothing can be read, and code that types the data of its sockets takes it.
      bun: ServerWebSocket<never>;
    }
  }
}

export { bearerToken } from "@ws-kit/core";
export { cookies } from "./cookies.ts";
export type { OtherSockets } from "./drivers.ts";
export { createBunHandler } from "./handler.ts";
export type { BunHandler, BunHandlerOptions, BunPeer } from "./handler.ts";
export { serve } from "./serve.ts";
export type { ServeOptions, WsKitServer } from "./serve.ts";
