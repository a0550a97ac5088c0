import type { ServerWebSocket } from "bun";

declare global {
  // Core reads the socket's type from here
  namespace WsKit {
    interface Sockets {
      // oxlint-disable-next-line typescript/no-explicit-any -- code that keeps sockets types their data itself; ctx.data has the precise type
      bun: ServerWebSocket<any>;
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
