import { aKind } from "../base/options.ts";
import { checkErrorCodes, checkHandler, checkMessage, fromClients } from "../message/arguments.ts";
import type { Route } from "./routes.ts";

/** @throws TypeError for what is none of a mount. */
export function checkPrefix(prefix: unknown): void {
  if (typeof prefix !== "string") throw new TypeError(`mount() takes a prefix first, not ${aKind(prefix)}`);
  if (prefix === "") throw new TypeError("mount() needs a prefix; merge() goes without");
}

/** @throws TypeError for what cannot be handled like that. */
export function checkRoute(route: Route): Route {
  const { message, kind, handler } = route;
  checkMessage(`router.${kind}()`, message);
  checkHandler(`router.${kind}()`, handler);
  if (kind === "rpc") checkErrorCodes(message);
  else if (message.kind === "rpc") {
    throw new TypeError(`${JSON.stringify(message.type)} is an rpc: handle it with rpc(), which answers`);
  }
  fromClients(message);
  return route;
}
