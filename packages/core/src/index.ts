// For applications. Runtimes import "./adapter", validators "./schema", extensions and engines "./extend".
export { bearerToken } from "./adapter/token.ts";
export type { ConnectionsPer, Peer, TrustProxy, UpgradeOptions } from "./adapter/upgrade-options.ts";
export type { AskOptions, AskRpcOptions } from "./api/asking.ts";
export type {
  AnyContext,
  CloseContext,
  ConnectionContext,
  Ended,
  MessageContext,
  MiddlewareContext,
  OpenContext,
  PublishArgs,
  RequestContext,
  RpcContext,
  Topics,
} from "./api/contexts.ts";
export type { PartHandler, PartHandlers } from "./api/contracts.ts";
export type { AuthenticatedData, ConnectionData, MaybePromise, OpenData } from "./api/data.ts";
export type { Extension } from "./api/extensions.ts";
export type { ErrorHandler, MessageHandler, Middleware, Next, RequestHandler, RpcHandler } from "./api/handlers.ts";
export type { HeartbeatOptions } from "./api/heartbeat.ts";
export { DEFAULT_LIMITS } from "./api/limits.ts";
export type { Limits } from "./api/limits.ts";
export type { ResumeOptions } from "./api/resume.ts";
export type { Members, Presence } from "./api/presence.ts";
export type { ClusterCounters, ClusterState, LinkHandler, LinkReport } from "./api/cluster.ts";
export type {
  AuthorizeTopic,
  ExpiresAt,
  FamilyRule,
  Identify,
  MergeOptions,
  RouteOptions,
  RouterOptions,
} from "./api/options.ts";
export type { FilteredPublishOptions, OutsidePublishOptions, PublishOptions, PublishResult } from "./api/publishing.ts";
export type { UserReach, UserResult } from "./api/users.ts";
export { consoleLogger } from "./base/logger.ts";
export type { Logger } from "./base/logger.ts";
export { contract, fingerprintOf, isRequestError, prefixed, RequestError, topic } from "./definitions.ts";
export type { DrainOptions } from "./lifecycle/drain.ts";
export type { Compatible } from "./message/compatible.ts";
export type { Contract, ContractOptions, HandledNames } from "./message/contract.ts";
export type { ContractJson, MessageJson, PresenceJson, ToJsonSchema, TopicJson } from "./message/contract-json.ts";
export type { ClientAsks, ClientRequests, ClientSends, ServerAsks, ServerSends, WhyNot } from "./message/direction.ts";
export { ValidationError, WsKitError } from "./message/errors.ts";
export type { RequestErrorOf } from "./message/request-error.ts";
export type { RetryOptions } from "./message/errors.ts";
export type {
  AnswerOf,
  AnyMessage,
  AnyRpc,
  ErrorSchemas,
  Frame,
  InferChunk,
  InferChunkInput,
  InferErrors,
  InferErrorsInput,
  InferInput,
  InferMessage,
  InferMeta,
  InferMetaInput,
  InferPayload,
  InferProgress,
  InferProgressInput,
  OnProgress,
  InferResponse,
  Message,
  Received,
  Rpc,
  SendArgs,
  SendArgsOf,
  SendOptions,
} from "./message/message.ts";
export type { MessageOptions, RpcOptions, StreamingOptions } from "./message/sources.ts";
export type { MessageSpec, RpcSpec } from "./message/spec.ts";
export type { Parts } from "./message/parts.ts";
export type { Prefixed } from "./message/prefixed.ts";
export { message, rpc } from "./message/standard.ts";
export type { HistoryOptions } from "./message/history.ts";
export type { NoPresence, MaybePresent, Present, PresenceOptions, PresencePolicy } from "./message/presence.ts";
export type {
  AnyTopic,
  Carries,
  NotCarried,
  Recorded,
  RecordedName,
  Topic,
  TopicName,
  TopicOptions,
} from "./message/topic.ts";
export type { GapReason, Position, SubscribeStatus } from "./protocol/position.ts";
export type { SavedPosition, Subscribed } from "./api/history.ts";
export type { RuntimeSocket } from "./ports/socket.ts";
export type { RuntimeTuning } from "./ports/tuning.ts";
export { CLOSE, ERROR_CODES } from "./protocol/codes.ts";
export type { ErrorCode } from "./protocol/codes.ts";
export type { Codec, Packet } from "./protocol/codec.ts";
export type { ErrorPayload, Meta } from "./protocol/envelope.ts";
export type { ConnectionHandle, RouterConnections } from "./router/connections.ts";
export type { RouterUsers } from "./router/users.ts";
export type { GuardRefusal } from "./router/guard.ts";
export { createRouter } from "./router/create-router.ts";
export type { RouterPresence } from "./router/presence.ts";
export { Router } from "./router/router.ts";
export type { RoutedMessage } from "./router/routes.ts";
export type { WebSocketCallbacks } from "./router/websocket.ts";
export type { Issue } from "./schema/issues.ts";
export type { SchemaInput, SchemaOutput, StandardSchema } from "./schema/standard-schema.ts";
