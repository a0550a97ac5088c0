export * from "./index.ts";
export { contract, message, prefixed, rpc, topic, z } from "@ws-kit/zod";
export type { Compatible, Contract, Topic } from "@ws-kit/zod";
