/** The part of Deno's own API that the adapter stands on (https://docs.deno.com/api/deno/). */
export interface DenoApi {
  upgradeWebSocket(req: Request, options?: { idleTimeout?: number }): { socket: WebSocket; response: Response };
  serve(options: DenoServeOptions, handler: (req: Request, info: DenoInfo) => Response | Promise<Response>): DenoServer;
}

/** What Deno tells of a request besides (https://docs.deno.com/api/deno/~/Deno.ServeHandlerInfo). */
export interface DenoInfo {
  /** Without a host name for a Unix socket. */
  readonly remoteAddr: { readonly transport: string; readonly hostname?: string; readonly port?: number };
}

export interface DenoServeOptions {
  port?: number;
  hostname?: string;
  /** PEM certificate and key, for HTTPS. */
  cert?: string;
  key?: string;
  /** Answers for a handler whose response cannot be sent. */
  onError?: (error: unknown) => Response;
  onListen?: (address: { port: number; hostname: string }) => void;
}

/** Deno's own server. */
export interface DenoServer {
  readonly addr: { readonly port: number; readonly hostname: string };
  readonly finished: Promise<void>;
  shutdown(): Promise<void>;
}

/** @throws Error outside Deno. */
export function denoApi(): DenoApi {
  const { Deno } = globalThis as { Deno?: DenoApi };
  if (Deno === undefined)
    throw new Error(
      "@ws-kit/deno serves on Deno, which this is not. On Node take @ws-kit/node, on Bun @ws-kit/bun, on Workers @ws-kit/cloudflare: serve() and its options are the same",
    );
  return Deno;
}
