export { spawnTarget, socketsOf } from "./real.ts";
export { conformance } from "./suite.ts";
export { Refusal } from "./target.ts";
export type { ConnectOptions, Target, Wire, WireEvents } from "./target.ts";
