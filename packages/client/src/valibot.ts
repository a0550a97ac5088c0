export * from "./index.ts";
export { contract, message, prefixed, rpc, topic, v } from "@ws-kit/valibot";
export type { Compatible, Contract, Topic } from "@ws-kit/valibot";
