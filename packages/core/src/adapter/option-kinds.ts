import { TUNING_OPTIONS } from "../api/option-kinds.ts";
import type { Kinds } from "../base/options.ts";
import type { RuntimeTuning } from "../ports/tuning.ts";
import type { ServeBase } from "./server.ts";
import type { AnyUpgradeOptions } from "./upgrade-options.ts";

/** What every endpoint takes. Figures, origins and proxies are looked at where they are read. */
export const UPGRADE_OPTIONS: Kinds<AnyUpgradeOptions> = {
  authenticate: "function",
  allowedOrigins: "any",
  maxConnections: "any",
  maxUpgradesPerSecond: "any",
  maxConnectionsPer: "object",
  trustProxy: "any",
  protocols: "array",
};

/** What a handler takes on a runtime that leaves its tuning to us. */
export const HANDLER_OPTIONS: Kinds<AnyUpgradeOptions & RuntimeTuning> = { ...UPGRADE_OPTIONS, ...TUNING_OPTIONS };

/** What `serve` takes beside its handler's options. A port may come from the environment, which has texts. */
export const SERVE_OPTIONS: Kinds<ServeBase> = {
  port: "number|string",
  hostname: "string",
  path: "string",
  fetch: "function",
};
