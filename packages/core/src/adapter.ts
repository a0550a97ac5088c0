// For runtimes: what drives connections, and what a runtime has to offer for it.
export { checkContract } from "./adapter/check-contract.ts";
export { withAuthenticate } from "./adapter/own-authenticate.ts";
export { createAdmit } from "./adapter/admission.ts";
export type { Admit } from "./adapter/admission.ts";
export { wrongHandshake } from "./adapter/handshake.ts";
export { createEntrance } from "./adapter/entrance.ts";
export type { AdmitSource, Arrival, Entrance, PeerSource } from "./adapter/entrance.ts";
export {
  connectionsOf,
  expel,
  Hub,
  keptPresence,
  prepare,
  presenceOf,
  restorePresence,
  usersOf,
  websocketFor,
} from "./adapter/door.ts";
export type { KeptPresence } from "./state/presence.ts";
export type { Connection, HubEvents } from "./adapter/door.ts";
export { answered, fetchFailed, isForEndpoint, portOf, stopOnce, untilNone, urlOf } from "./adapter/server.ts";
export type { ServeBase, ServerHandle, StopOptions } from "./adapter/server.ts";
export { frameOver, StandardSocket } from "./adapter/standard-socket.ts";
export type { StandardWebSocket } from "./adapter/standard-socket.ts";
export { resolveTuning } from "./adapter/tuning.ts";
export type { TuningOf } from "./adapter/tuning.ts";
export { HANDLER_OPTIONS, SERVE_OPTIONS, UPGRADE_OPTIONS } from "./adapter/option-kinds.ts";
export { checkOptions } from "./base/options.ts";
export type { Kind, Kinds } from "./base/options.ts";
export { checkPath, isUpgrade, notAlone } from "./adapter/endpoint.ts";
export type { UpgradeRequest } from "./adapter/upgrade-request.ts";
export { isHost } from "./adapter/host.ts";
export { refuse } from "./adapter/refusal.ts";
export type {
  Admission,
  AnyUpgradeOptions,
  ConnectionsPer,
  Peer,
  TrustProxy,
  UpgradeOptions,
} from "./adapter/upgrade-options.ts";
export type { AuthenticatedData, ConnectionData, MaybePromise, OpenData } from "./api/data.ts";
export { systemClock } from "./base/clock.ts";
export type { Clock } from "./base/clock.ts";
export type { Logger } from "./base/logger.ts";
export type { DrainOptions } from "./lifecycle/drain.ts";
export { readingOf } from "./history/reading.ts";
export type { Revocation } from "./ports/revocation.ts";
export type { Appended, Entry, Reading, ReadLimits, Retention, TopicLog } from "./ports/topic-log.ts";
export type { Runtime } from "./ports/runtime.ts";
export { closeArguments } from "./ports/socket.ts";
export type { RuntimeSocket, Socket } from "./ports/socket.ts";
export type { RuntimeTuning, Tuning } from "./ports/tuning.ts";
export type { Position } from "./protocol/position.ts";
export type { Codec, Packet } from "./protocol/codec.ts";
export { PING_FRAME, PONG_FRAME } from "./protocol/envelope.ts";
export type { Router } from "./router/router.ts";
export { isHeard, isPrepared } from "./router/websocket.ts";
export type { DataSocket, WebSocketCallbacks } from "./router/websocket.ts";
