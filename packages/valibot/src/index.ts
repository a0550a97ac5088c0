// All that an application takes from core; what is named below stands in place of core's own.
export * from "@ws-kit/core";
// By name, so that it stays a module of its own when this one is built: bundlers can shake only that.
export * as v from "@ws-kit/valibot/v";
export { message, rpc } from "./define.ts";
export type { ValibotSchema, ValibotShape } from "./define.ts";
export { createRouter } from "./router.ts";
export { topic } from "./topic.ts";
