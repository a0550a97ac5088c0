import {
  type AnyMessage,
  checkFingerprint,
  checkMessage,
  checkOptions,
  type Kinds,
  validatorsOf,
} from "@ws-kit/core/protocol";
import type { CallOptions } from "../api/requests.ts";
import type { ClientPart } from "../api/part.ts";
import type { AuthOptions, ClientOptions, HeartbeatOptions, ReconnectOptions } from "../api/options.ts";

/** What every `wsClient` takes, and what parts give it. */
type Options = ClientOptions & { readonly use?: readonly ClientPart[] | undefined };

const CLIENT: Kinds<Options> = {
  url: "string|object|function",
  protocols: "string|array",
  autoConnect: "boolean",
  reconnect: "object",
  queue: '"drop-newest"|"drop-oldest"|"off"',
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
  use: "array",
};

const RECONNECT: Kinds<ReconnectOptions> = {
  enabled: "boolean",
  maxAttempts: "number",
  initialDelayMs: "number",
  maxDelayMs: "number",
  jitter: '"full"|"none"',
  stableAfterMs: "number",
  shouldReconnect: "function",
};

const AUTH: Kinds<AuthOptions> = { getToken: "function", attach: '"query"|"protocol"', queryParam: "string" };

const HEARTBEAT: Kinds<HeartbeatOptions> = { intervalMs: "number", timeoutMs: "number" };

/** @throws RangeError for a figure that stands for less than nothing. */
function checkFigures(where: string, options: object = {}): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "number" && value < 0)
      throw new RangeError(`${where}: ${name} is a number from 0 up, not ${value}`);
  }
}

/** Options of parts that not every client has, and whose they are. */
export const OPTIONS_OF_PARTS = {
  auth: "tokens",
  contract: "contracts",
  maxPendingRequests: "requests",
  share: "resume",
} as const;

/**
 * In plain JavaScript a misspelt option would be accepted and ignored.
 *
 * @throws TypeError naming the option that may be meant, or the kind of value that it takes; for a contract without its
 * fingerprint; for what is no part, or a part that is there. RangeError for a figure below 0.
 */
export function checkClientOptions(options: Options, own: readonly ClientPart[]): void {
  checkOptions("wsClient()", options, CLIENT);
  const names = new Set(own.map(({ part }) => part));
  for (const added of options.use ?? []) {
    if (typeof (added as { _install?: unknown } | null)?._install !== "function")
      throw new TypeError("wsClient(): use takes what a part's function gives, as requests()");
    if (names.size === names.add(added.part).size) throw new TypeError(`wsClient() has the part ${added.part} already`);
    const needed = { topics: "requests", presence: "topics", streams: "requests" }[added.part];
    if (needed && !names.has(needed)) throw new TypeError(`${added.part}() needs ${needed}() before it`);
  }
  for (const [option, part] of Object.entries(OPTIONS_OF_PARTS)) {
    if (options[option as keyof Options] && !names.has(part))
      throw new TypeError(`${option} needs ${part}() in use, or @ws-kit/client`);
  }
  if (options.contract) checkFingerprint(options.contract);
  checkOptions("wsClient(): reconnect", options.reconnect, RECONNECT);
  checkOptions("wsClient(): auth", options.auth, AUTH);
  if (options.auth && !options.auth.getToken) throw new TypeError("wsClient(): auth needs { getToken }");
  checkOptions("wsClient(): heartbeat", options.heartbeat, HEARTBEAT);
  checkFigures("wsClient()", options);
  checkFigures("wsClient(): reconnect", options.reconnect);
  checkFigures("wsClient(): heartbeat", options.heartbeat);
  const { codec } = options;
  if (codec && (typeof codec.encode !== "function" || typeof codec.decode !== "function"))
    throw new TypeError("wsClient(): codec needs the functions encode and decode");
}

const CALL: Kinds<CallOptions & { bufferSize: unknown; send: unknown }> = {
  meta: "object",
  timeoutMs: "number",
  retries: "number",
  signal: "object",
  onProgress: "function",
  bufferSize: "number",
  send: "any",
};

/**
 * Looks at what plain JavaScript gives with a message.
 *
 * @throws TypeError for options in the place of a payload, and as `checkOptions`.
 */
export function checkCall(where: string, message: AnyMessage, payload: unknown, options: unknown): void {
  checkMessage(where, message);
  if (payload !== undefined && !validatorsOf(message).payload && Object.keys(Object(payload) as object).length > 0) {
    throw new TypeError(
      `${message.type} has no payload: ${where.replace("()", `(${message.type}, undefined, options)`)}`,
    );
  }
  checkOptions(where, options ?? undefined, CALL);
  checkFigures(where, Object(options) as object);
  const { signal } = Object(options) as { signal?: object };
  if (signal && !("aborted" in signal)) throw new TypeError(`${where}: signal is that of an AbortController`);
}

/**
 * Looks at what plain JavaScript closes with, before anything is done.
 *
 * @throws TypeError for a code or a reason of which no figure and no text can be made.
 */
export function checkClose(code: unknown, reason: unknown): void {
  try {
    // An event of a button is no code, and closes as without one.
    if (/string|bigint/.test(typeof code)) throw new TypeError(`Not a number: ${code as string}`);
    Math.trunc(code as number);
    String(reason);
  } catch (cause) {
    throw new TypeError("client.close() takes a number and a text", { cause });
  }
}
