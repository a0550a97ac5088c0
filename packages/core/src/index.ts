export type { Broker, BrokerSession } from "./ports/broker.ts";
export { systemClock } from "./base/clock.ts";
export type { Clock } from "./base/clock.ts";
export type { Connection } from "./state/connection.ts";
export type {
  AnyContext,
  CloseContext,
  ConnectionContext,
  MessageContext,
  MiddlewareContext,
  OpenContext,
  RequestContext,
  RpcContext,
  Topics,
} from "./api/contexts.ts";
export type { MessageHandler, RequestHandler, RpcHandler } from "./api/handlers.ts";
export { drain } from "./lifecycle/drain.ts";
export type { DrainOptions } from "./lifecycle/drain.ts";
export type { GuardRefusal } from "./router/guard.ts";
export { readPlainOf } from "./schema/generate.ts";
export type { ReadPlain } from "./schema/generate.ts";
export { expel, ping } from "./lifecycle/heartbeat.ts";
export { Hub } from "./adapter/hub.ts";
export { DEFAULT_LIMITS } from "./api/limits.ts";
export type { Limits } from "./api/limits.ts";
export { consoleLogger } from "./base/logger.ts";
export type { Logger } from "./base/logger.ts";
export * from "./shared.ts";
export { createRouter, Router } from "./router/router.ts";
export { RouterConnections } from "./router/connections.ts";
export type { ConnectionHandle } from "./router/connections.ts";
export { closeArguments } from "./ports/socket.ts";
export type { Runtime } from "./ports/runtime.ts";
export type { RuntimeSocket, Socket } from "./ports/socket.ts";
export { frameOver, StandardSocket } from "./adapter/standard-socket.ts";
export type { StandardWebSocket } from "./adapter/standard-socket.ts";
export { bearerToken, chooseProtocol } from "./adapter/token.ts";
export type { ConnectionData, MaybePromise, OpenData } from "./api/data.ts";
export type { ErrorHandler, Middleware, Next } from "./api/handlers.ts";
export type { HeartbeatOptions } from "./api/heartbeat.ts";
export type { AuthorizeTopic, MergeOptions, RouteOptions, RouterOptions, RuntimeTuning } from "./api/options.ts";
export type { FilteredPublishOptions, PublishOptions, PublishResult } from "./api/publishing.ts";
export { admit } from "./adapter/admission.ts";
export type { Admission, AuthenticatedData, UpgradeOptions } from "./adapter/admission.ts";
export { prepare, tune } from "./router/websocket.ts";
export type { DataSocket, WebSocketCallbacks } from "./router/websocket.ts";
