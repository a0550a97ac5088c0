export { createRouter } from "@ws-kit/zod";
export { Ask } from "./rate-limits.ts";
