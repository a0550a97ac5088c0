import type { AnyMessage, Contract, ToJsonSchema } from "@ws-kit/core";
import { checkOptions, type MaybePromise } from "@ws-kit/core/extend";
import type { RedactRule } from "./redact.ts";

/** How the page is served, and what it shows. */
export interface DevtoolsOptions {
  /** Where the page is. Default `/devtools`. */
  path?: string | undefined;
  /**
   * Says who may look, and send, by `true` and nothing else: asked about every request for the page. One that fails lets nobody in, and is
   * logged. With it the page is served in production and under
   * any host; without it, where `NODE_ENV` is not `production`, to this machine's own names (`localhost`, `127.0.0.1`, `[::1]`).
   */
  guard?: ((req: Request) => MaybePromise<boolean>) | undefined;
  /** What is hidden besides passwords, tokens, cookies and the like: in frames, in `ctx.data`, in recorded sessions. */
  redact?: RedactRule | undefined;
  /** What can be sent besides the messages that the router handles: a contract, or definitions. Default: none. */
  messages?: Contract | readonly AnyMessage[] | undefined;
  /** Makes JSON Schema of a schema, for forms: `toJsonSchema` of `@ws-kit/zod`. Default: what schemas say themselves. */
  toJsonSchema?: ToJsonSchema | undefined;
  /** Answers what is not for the page. Default: 404. */
  fetch?: ((req: Request, ...more: never[]) => MaybePromise<Response>) | undefined;
  /** Most frames that are kept while somebody looks. Default 5,000. */
  maxFrames?: number | undefined;
  /** Most UTF-16 units or bytes of frames that are kept. Default 8,388,608. */
  maxFrameBytes?: number | undefined;
}

const KINDS = {
  path: "string",
  guard: "function",
  redact: "array|function",
  messages: "array|object",
  toJsonSchema: "function",
  fetch: "function",
  maxFrames: "number",
  maxFrameBytes: "number",
} as const;

/** @throws TypeError or RangeError that names the option. */
export function checked(options: DevtoolsOptions): DevtoolsOptions & { path: string } {
  checkOptions("devtools()", options, KINDS);
  const { path = "/devtools", guard, maxFrames = 1, maxFrameBytes = 1 } = options;
  if (!/^(\/[\w.~-]+)+$/.test(path)) throw new TypeError(`devtools(): path is one like /devtools, not ${path}`);
  for (const [name, figure] of Object.entries({ maxFrames, maxFrameBytes })) {
    if (!(Number.isSafeInteger(figure) && figure > 0)) {
      throw new RangeError(`devtools(): ${name} is a whole number above 0, not ${figure}`);
    }
  }
  if (guard === undefined && isProduction()) {
    throw new TypeError(
      "devtools() shows what clients send, and is not served where NODE_ENV is production, or cannot be read, without the option guard: guard: (req) => boolean says who may look",
    );
  }
  return { ...options, path };
}

/** Where there is no environment, as in some Workers, or Deno may not read it, it is taken for production. */
function isProduction(): boolean {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  try {
    return process?.env === undefined || process.env["NODE_ENV"] === "production";
  } catch {
    return true;
  }
}
