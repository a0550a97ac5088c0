import type { MaybePromise } from "../api/data.ts";
import type { Logger } from "../base/logger.ts";
import { when } from "../base/when.ts";
import { canonicalOrigin, isSameHost } from "./host.ts";
import type { AnyUpgradeOptions, Peer } from "./upgrade-options.ts";
import { webRequest, type UpgradeRequest } from "./upgrade-request.ts";

/** Characters of a refused Origin that the log shows: it is the peer's to choose. */
const SHOWN = 200;

/** Decides on a request's Origin. */
export interface OriginRule {
  /** Whether it asks the application. */
  readonly asks: boolean;
  /** Whether the request may go on, by `true` alone; says in the log which option would allow it where not. */
  passes(
    to: { readonly logger: Logger },
    req: UpgradeRequest,
    host: string,
    peer: Peer | undefined,
  ): MaybePromise<unknown>;
}

/**
 * Reads the option `allowedOrigins`.
 * @throws TypeError for an entry that no request's Origin equals.
 */
export function originRule(allowed: AnyUpgradeOptions["allowedOrigins"]): OriginRule {
  const decide = deciderOf(allowed);
  return {
    asks: typeof allowed === "function",
    passes(to, req, host, peer) {
      const origin = req.headers.get("origin");
      if (origin === null || allowed === "*") return true;
      return when(decide(origin, req, host, peer), (passes) => {
        if (passes !== true) to.logger.warn(refusalOf(origin));
        return passes;
      });
    },
  };
}

type Decide = (origin: string, req: UpgradeRequest, host: string, peer: Peer | undefined) => unknown;

function deciderOf(allowed: AnyUpgradeOptions["allowedOrigins"]): Decide {
  if (allowed === undefined || allowed === "*") return (origin, _req, host) => isSameHost(origin, host);
  if (typeof allowed === "function")
    return (origin, req, _host, peer) => allowed(origin, webRequest(req), peer as never);
  if (!Array.isArray(allowed)) throw new TypeError('allowedOrigins is "*", a list of origins or a function');
  const listed = new Set(allowed.map(originOf));
  return (origin) => listed.has(canonicalOrigin(origin) ?? origin);
}

function originOf(entry: unknown): string {
  const origin = typeof entry === "string" ? canonicalOrigin(entry) : undefined;
  if (origin !== undefined) return origin;
  throw new TypeError(
    `allowedOrigins: ${JSON.stringify(entry)} is no origin like "https://app.example.com". For all, give "*"; for a pattern, a function`,
  );
}

function refusalOf(origin: string): string {
  const shown = JSON.stringify(origin.length > SHOWN ? `${origin.slice(0, SHOWN)}…` : origin);
  return `Refused a connection from ${shown}. To allow it: allowedOrigins: [${shown}]`;
}
