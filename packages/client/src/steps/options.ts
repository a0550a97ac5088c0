import { checkFingerprint, checkOptions, type Kinds } from "@ws-kit/core/protocol";
import type { AuthOptions, ClientOptions, HeartbeatOptions, ReconnectOptions } from "../api/options.ts";

const CLIENT: Kinds<ClientOptions> = {
  url: "string|object|function",
  protocols: "string|array",
  autoConnect: "boolean",
  reconnect: "object",
  queue: "string",
  queueSize: "number",
  queueBytes: "number",
  auth: "object",
  heartbeat: "object",
  connectTimeoutMs: "number",
  closeTimeoutMs: "number",
  maxPendingRequests: "number",
  share: "boolean|string",
  contract: "object",
  codec: "object",
  WebSocket: "function",
  logger: "object|function",
};

const RECONNECT: Kinds<ReconnectOptions> = {
  enabled: "boolean",
  maxAttempts: "number",
  initialDelayMs: "number",
  maxDelayMs: "number",
  jitter: "string",
  stableAfterMs: "number",
  shouldReconnect: "function",
};

const AUTH: Kinds<AuthOptions> = { getToken: "function", attach: "string", queryParam: "string" };

const HEARTBEAT: Kinds<HeartbeatOptions> = { intervalMs: "number", timeoutMs: "number" };

/**
 * In plain JavaScript a misspelt option would be accepted and ignored.
 *
 * @throws TypeError naming the option that may be meant, or the kind of value that it takes; for a contract without its
 * fingerprint.
 */
export function checkClientOptions(options: ClientOptions): void {
  checkOptions("wsClient()", options, CLIENT);
  if (options.contract) checkFingerprint(options.contract);
  checkOptions("wsClient(): reconnect", options.reconnect, RECONNECT);
  checkOptions("wsClient(): auth", options.auth, AUTH);
  checkOptions("wsClient(): heartbeat", options.heartbeat, HEARTBEAT);
}
