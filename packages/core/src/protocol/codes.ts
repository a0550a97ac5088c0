/**
 * The canonical gRPC status codes (https://grpc.io/docs/guides/status-codes/) without OK, each with whether the same
 * request may succeed when it is sent again unchanged. `ctx.error(..., { retryable })` overrides the default.
 */
export const ERROR_CODES: {
  readonly CANCELLED: false;
  readonly UNKNOWN: false;
  readonly INVALID_ARGUMENT: false;
  readonly DEADLINE_EXCEEDED: true;
  readonly NOT_FOUND: false;
  readonly ALREADY_EXISTS: false;
  readonly PERMISSION_DENIED: false;
  readonly RESOURCE_EXHAUSTED: true;
  readonly FAILED_PRECONDITION: false;
  readonly ABORTED: true;
  readonly OUT_OF_RANGE: false;
  readonly UNIMPLEMENTED: false;
  readonly INTERNAL: false;
  readonly UNAVAILABLE: true;
  readonly DATA_LOSS: false;
  readonly UNAUTHENTICATED: false;
} = {
  CANCELLED: false,
  UNKNOWN: false,
  INVALID_ARGUMENT: false,
  DEADLINE_EXCEEDED: true,
  NOT_FOUND: false,
  ALREADY_EXISTS: false,
  PERMISSION_DENIED: false,
  RESOURCE_EXHAUSTED: true,
  FAILED_PRECONDITION: false,
  ABORTED: true,
  OUT_OF_RANGE: false,
  UNIMPLEMENTED: false,
  INTERNAL: false,
  UNAVAILABLE: true,
  DATA_LOSS: false,
  UNAUTHENTICATED: false,
};

/** A gRPC status code by name. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** WebSocket close codes in use here: RFC 6455 §7.4.1 below 4000, WS-Kit's own from 4400 (an HTTP status plus 4000). */
export const CLOSE: {
  readonly NORMAL: 1000;
  readonly GOING_AWAY: 1001;
  readonly PROTOCOL_ERROR: 1002;
  readonly UNSUPPORTED_DATA: 1003;
  readonly INVALID_DATA: 1007;
  readonly POLICY: 1008;
  readonly TOO_BIG: 1009;
  readonly INTERNAL: 1011;
  readonly RESTART: 1012;
  readonly TRY_LATER: 1013;
  readonly BAD_REQUEST: 4400;
  readonly UNAUTHENTICATED: 4401;
  readonly FORBIDDEN: 4403;
  readonly TIMEOUT: 4408;
} = {
  NORMAL: 1000,
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  /** A binary frame reached a codec of text, or a text frame one of bytes. */
  UNSUPPORTED_DATA: 1003,
  INVALID_DATA: 1007,
  /** Too many violations, or a socket that skipped the handshake's checks. */
  POLICY: 1008,
  TOO_BIG: 1009,
  INTERNAL: 1011,
  /** The server drains: connect again. */
  RESTART: 1012,
  /** The peer reads too slowly: connect again later. */
  TRY_LATER: 1013,
  BAD_REQUEST: 4400,
  /** Credentials missing or expired: refresh the token once, then give up. */
  UNAUTHENTICATED: 4401,
  FORBIDDEN: 4403,
  /** Heartbeat missed. */
  TIMEOUT: 4408,
};

// Apart, so that whoever asks need not carry the table; a test holds them to it.
const TERMINAL = /^(100[23789]|440[03])$/;

/** Close codes after which connecting again with the same input cannot help. 4401 joins them after one token refresh. */
export function isTerminalClose(code: number): boolean {
  return TERMINAL.test(String(code));
}
