export type { Broker, BrokerSession } from "./broker.ts";
export { systemClock } from "./clock.ts";
export type { Clock } from "./clock.ts";
export type { Connection } from "./connection.ts";
export type {
  AnyContext,
  CloseContext,
  ConnectionContext,
  MessageContext,
  MessageHandler,
  MiddlewareContext,
  OpenContext,
  RequestContext,
  RequestHandler,
  RpcContext,
  RpcHandler,
  Topics,
} from "./context-types.ts";
export { drain } from "./drain.ts";
export type { DrainOptions } from "./drain.ts";
export type { GuardRefusal } from "./guard.ts";
export { readPlainOf } from "./generate.ts";
export type { ReadPlain } from "./generate.ts";
export { expel, ping } from "./heartbeat.ts";
export { Hub } from "./hub.ts";
export { DEFAULT_LIMITS } from "./limits.ts";
export type { Limits } from "./limits.ts";
export { consoleLogger } from "./logger.ts";
export type { Logger } from "./logger.ts";
export * from "./protocol/index.ts";
export { createRouter, Router } from "./router.ts";
export { RouterConnections } from "./router-connections.ts";
export type { ConnectionHandle } from "./router-connections.ts";
export { closeArguments } from "./socket.ts";
export type { Runtime, RuntimeSocket, Socket } from "./socket.ts";
export { frameOver, StandardSocket } from "./standard-socket.ts";
export type { StandardWebSocket } from "./standard-socket.ts";
export { bearerToken, chooseProtocol } from "./token.ts";
export type {
  AuthorizeTopic,
  ConnectionData,
  ErrorHandler,
  FilteredPublishOptions,
  HeartbeatOptions,
  MaybePromise,
  MergeOptions,
  Middleware,
  Next,
  OpenData,
  PublishOptions,
  PublishResult,
  RouteOptions,
  RouterOptions,
  RuntimeTuning,
} from "./types.ts";
export { admit } from "./upgrade.ts";
export type { Admission, AuthenticatedData, UpgradeOptions } from "./upgrade.ts";
export { prepare, tune } from "./websocket.ts";
export type { DataSocket, WebSocketCallbacks } from "./websocket.ts";
