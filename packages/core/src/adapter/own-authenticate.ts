import { coreOf } from "../router/router.ts";
import type { AnyUpgradeOptions } from "./upgrade-options.ts";

/** The options of an endpoint; where they do not say who may connect, its router does. */
export function withAuthenticate(router: object, options: AnyUpgradeOptions): AnyUpgradeOptions {
  const { authenticate } = coreOf(router);
  return options.authenticate !== undefined || authenticate === undefined ? options : { ...options, authenticate };
}
