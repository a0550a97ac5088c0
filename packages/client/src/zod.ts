export * from "./index.ts";
export { message, rpc, z } from "@ws-kit/zod";
