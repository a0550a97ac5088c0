export { rateLimit, rateLimitGate } from "./limits.ts";
export type { Rate } from "./bucket.ts";
export type {
  FrameLimitOptions,
  MessageLimitOptions,
  RateLimitKey,
  RateLimitOptions,
  RateLimitStore,
} from "./options.ts";
