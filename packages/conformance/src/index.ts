export { TAGGED_DIALECT } from "./codec.ts";
export { spawnTarget, socketsOf } from "./real.ts";
export { settings } from "./settings.ts";
export { stopping } from "./stopping.ts";
export { conformance } from "./suite.ts";
export { Refusal } from "./target.ts";
export type { ConnectOptions, Target, Wire, WireEvents } from "./target.ts";
export { vanishing } from "./vanishing.ts";
export { ask, upgradeOf } from "./raw.ts";
