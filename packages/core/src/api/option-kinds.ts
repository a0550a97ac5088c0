import type { Kinds } from "../base/options.ts";
import type { RuntimeTuning } from "../ports/tuning.ts";
import type { HeartbeatOptions } from "./heartbeat.ts";
import type { MergeOptions, RouteOptions, RouterOptions } from "./options.ts";
import type { ResumeOptions } from "./resume.ts";

// Figures are `any` here: whoever reads them says what is wrong with one.

export const TUNING_OPTIONS: Kinds<RuntimeTuning> = {
  idleTimeoutSeconds: "any",
  maxPayloadBytes: "any",
  compression: "any",
};

export const ROUTER_OPTIONS: Kinds<RouterOptions<never>> = {
  ...TUNING_OPTIONS,
  heartbeat: "object",
  limits: "object",
  validateOutgoing: "boolean",
  engine: "object",
  answers: "object",
  logger: "object|function",
  codec: "object",
  authorizeTopic: "function",
  topics: "array",
  contract: "object",
  authenticate: "function",
  identify: "function",
  expiresAt: "function",
  resume: "boolean|object",
};

export const RESUME_OPTIONS: Kinds<ResumeOptions> = {
  windowMs: "any",
  maxKeptBytes: "any",
  maxKeptBytesTotal: "any",
  maxSessions: "any",
};

export const HEARTBEAT_OPTIONS: Kinds<HeartbeatOptions> = {
  intervalMs: "any",
  timeoutMs: "any",
  onStaleConnection: "function",
};

export const ROUTE_OPTIONS: Kinds<RouteOptions> = { concurrent: "boolean" };

export const MERGE_OPTIONS: Kinds<MergeOptions> = { onConflict: "string" };
