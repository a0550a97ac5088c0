import type { Router } from "@ws-kit/zod";

export { createDenoHandler } from "@ws-kit/deno";

export declare const router: Router;
export declare const app: { fetch(req: Request): Promise<Response> };
export declare function authenticate(req: Request): { name: string } | undefined;
/** What the samples use of Deno's own, whose types come with Deno. */
export declare const Deno: {
  addSignalListener(signal: "SIGTERM", listener: () => void): void;
  serve(
    handler: (
      req: Request,
      info: { remoteAddr: { hostname: string; port: number; transport: "tcp" } },
    ) => Response | Promise<Response>,
  ): unknown;
};
