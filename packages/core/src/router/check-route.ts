import { checkErrorCodes, checkHandler, checkMessage, fromClients } from "../message/arguments.ts";
import type { Route } from "./routes.ts";

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
