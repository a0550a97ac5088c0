export type {
  AnyMessage,
  AnyRpc,
  Codec,
  ErrorCode,
  GapReason,
  InferChunk,
  InferChunkInput,
  InferErrors,
  InferInput,
  InferMessage,
  InferMeta,
  InferPayload,
  InferProgress,
  InferResponse,
  Message,
  Meta,
  Packet,
  Position,
  Received,
  Rpc,
  SavedPosition,
  SendArgsOf,
  StandardSchema,
} from "@ws-kit/core/protocol";
export { wsClient } from "./client/full.ts";
export {
  ConnectionClosedError,
  isServerError,
  ServerError,
  StateError,
  TimeoutError,
  ValidationError,
} from "./api/errors.ts";
export type { CodedError, ServerErrorOf } from "./api/errors.ts";
export type {
  AuthOptions,
  ClientLogger,
  ClientOptions,
  HeartbeatOptions,
  ReconnectOptions,
  SocketLike,
  Token,
  WebSocketClass,
} from "./api/options.ts";
export type { ClientPart, OptionsOf, Refines, SurfaceOf } from "./api/part.ts";
export type { Gap, LiveSubscription, Placed, RecordedOptions, Subscribed, Subscription } from "./api/topics.ts";
export type { Observation, SettledRequest } from "./api/observation.ts";
export type { ConnectionState, StateInfo } from "./api/states.ts";
export type { Client, ErrorContext, ErrorKind, Off, Opening } from "./api/client.ts";
export type {
  Attempt,
  ProgressStream,
  RequestArgs,
  RequestOptions,
  RpcOptions,
  StreamOptions,
} from "./api/requests.ts";
