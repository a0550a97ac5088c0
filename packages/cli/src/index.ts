export { toAsyncApi } from "./asyncapi.ts";
export type { Change } from "./diff/change.ts";
export { diffContracts } from "./diff/contracts.ts";
