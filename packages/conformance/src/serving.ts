import type { Router } from "@ws-kit/zod";

export interface Running {
  readonly port: number;
  readonly ready: Promise<void>;
  stop(options?: { timeoutMs?: number }): Promise<void>;
}

export interface Options {
  port: number;
  hostname: string;
  path?: string;
  fetch?: (req: Request) => Response | Promise<Response>;
  authenticate?: () => Promise<object>;
}

/** A runtime's own, as far as this is concerned. */
export type Serve = (router: Router, options: Options) => Running;

export const quiet = { debug() {}, warn() {}, error() {} };

export const wait = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** Starts one on a free port. */
export async function start(serve: Serve, router: Router, options: Partial<Options> = {}): Promise<Running> {
  const server = serve(router, { port: 0, hostname: "127.0.0.1", ...options });
  await server.ready;
  return server;
}
