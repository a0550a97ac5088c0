// All that an application takes from core; what is named below stands in place of core's own.
export * from "@ws-kit/core";
export * as v from "valibot";
export { message, rpc } from "./define.ts";
export type { ValibotSchema, ValibotShape } from "./define.ts";
export { createRouter } from "./router.ts";
