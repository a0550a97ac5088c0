export type { Meta } from "@ws-kit/core/protocol";
export { wsClient } from "./full.ts";
export {
  ConnectionClosedError,
  isServerError,
  ServerError,
  StateError,
  TimeoutError,
  ValidationError,
} from "./errors.ts";
export type { ServerErrorOf } from "./errors.ts";
export type {
  AuthOptions,
  ClientLogger,
  ClientOptions,
  HeartbeatOptions,
  ReconnectOptions,
  SocketLike,
  Token,
  WebSocketClass,
} from "./options.ts";
export type { ConnectionState } from "./states.ts";
export type {
  Client,
  ErrorContext,
  ErrorKind,
  Off,
  ProgressStream,
  RequestOptions,
  RpcOptions,
  StateInfo,
  StreamOptions,
} from "./types.ts";
