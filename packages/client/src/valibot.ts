export * from "./index.ts";
export { message, rpc, v } from "@ws-kit/valibot";
