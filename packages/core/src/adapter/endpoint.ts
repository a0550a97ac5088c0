import { refuse } from "./refusal.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";

/** Whether a request asks for a WebSocket: among the protocols of its Upgrade header (RFC 9110 §7.8), in any spelling. */
export function isUpgrade(upgrade: string | null | undefined): boolean {
  // As nearly everybody writes it.
  if (upgrade === "websocket") return true;
  return upgrade?.split(",").some((protocol) => protocol.trim().toLowerCase() === "websocket") === true;
}

/** The answer to what asks for no WebSocket. */
export function noUpgrade(): Response {
  return refuse(426, "This is a WebSocket endpoint", { connection: "Upgrade", upgrade: "websocket" });
}

/**
 * Of several protocols on offer some runtimes upgrade to none, or end their process: there such a request is answered as one
 * that asks for no upgrade.
 */
export function notAlone(headers: UpgradeRequest["headers"]): Response | undefined {
  return headers.get("upgrade")?.includes(",") === true ? noUpgrade() : undefined;
}

/**
 * Holds the path of an endpoint to what can be met: it is compared as it is.
 * @throws TypeError for a pattern, and for what no URL's path looks like.
 */
export function checkPath(path: string | undefined): void {
  if (path === undefined) return;
  if (/\*|\/:/.test(path)) {
    throw new TypeError(
      `path is one path and no pattern; ${path} would never be met. To choose by pattern, leave path out and make a handler for your own routes`,
    );
  }
  const parsed = path.startsWith("/") ? new URL(`http://host${path}`).pathname : undefined;
  if (parsed === path) return;
  throw new TypeError(
    `No request has the path ${JSON.stringify(path)}${parsed === undefined ? "" : `; ${parsed} would be met`}`,
  );
}
