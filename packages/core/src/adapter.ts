// For runtimes: what drives connections, and what a runtime has to offer for it.
export type { Admission, AnyUpgradeOptions, AuthenticatedData, UpgradeOptions } from "./adapter/admission.ts";
export { admit, connectionsOf, expel, Hub, prepare, tune } from "./adapter/door.ts";
export type { Connection, HubEvents } from "./adapter/door.ts";
export { frameOver, StandardSocket } from "./adapter/standard-socket.ts";
export type { StandardWebSocket } from "./adapter/standard-socket.ts";
export { chooseProtocol } from "./adapter/token.ts";
export type { ConnectionData, MaybePromise, OpenData } from "./api/data.ts";
export type { RuntimeTuning } from "./api/options.ts";
export { systemClock } from "./base/clock.ts";
export type { Clock } from "./base/clock.ts";
export type { Logger } from "./base/logger.ts";
export type { DrainOptions } from "./lifecycle/drain.ts";
export type { Runtime } from "./ports/runtime.ts";
export { closeArguments } from "./ports/socket.ts";
export type { RuntimeSocket, Socket } from "./ports/socket.ts";
export { PING_FRAME, PONG_FRAME } from "./protocol/envelope.ts";
export type { Router } from "./router/router.ts";
export type { DataSocket, WebSocketCallbacks } from "./router/websocket.ts";
