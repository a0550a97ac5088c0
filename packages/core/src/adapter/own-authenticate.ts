import { coreOf } from "../router/router.ts";
import type { AnyUpgradeOptions } from "./upgrade-options.ts";

/**
 * The options of an endpoint; where they do not say who may connect, its router does.
 * @throws TypeError where only a router that is merged into that one does: nobody would ask it.
 */
export function withAuthenticate(router: object, options: AnyUpgradeOptions): AnyUpgradeOptions {
  const core = coreOf(router);
  const { authenticate, authenticates } = core;
  if (options.authenticate !== undefined) return options;
  if (authenticate !== undefined) return { ...options, authenticate };
  if (!authenticates) {
    core.open = true;
    return options;
  }
  throw new TypeError(
    "authenticate of a router that is merged into another decides nothing: give it to the router that is served",
  );
}
