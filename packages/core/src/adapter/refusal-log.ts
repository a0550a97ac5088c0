import type { UpgradeRefusalCause } from "../api/facts.ts";
import type { Logger } from "../base/logger.ts";
import { pathIn } from "../extensions/kinds.ts";

/** Why, and what would change it. Causes without a line here have been logged where more is known of them. */
const WHY: { readonly [Cause in UpgradeRefusalCause]?: (path: string, status: number) => string } = {
  path: (path) => `nothing is served there. To serve it: path: ${path}`,
  request: (_path, status) =>
    status === 426
      ? "it asks for no WebSocket. A proxy in between has to pass on Upgrade and Connection; what answers other requests is the option fetch"
      : "its URL or Host is none. A proxy in between has to pass on Host",
  handshake: () =>
    "the runtime did not take the handshake, which needs Sec-WebSocket-Version: 13 and a Sec-WebSocket-Key",
  draining: () => "the server is stopping",
  maxConnections: () => "so many are connected. To admit more: maxConnections",
  maxConnectionsPer: () => "so many of its key are connected. To admit more: maxConnectionsPer.limit",
  authenticate: () => "authenticate said so. To let it in: return a record there, {} at least",
};

/** Says in the log what a client cannot be told: a browser shows every refusal as the same failed dial. */
export function logRefusal(logger: Logger, status: number, cause: UpgradeRefusalCause, url: string): void {
  const path = JSON.stringify(pathIn(url));
  const why = WHY[cause]?.(path, status);
  if (why !== undefined) logger.warn(`Refused a request for ${path} with ${status}: ${why}`);
}
