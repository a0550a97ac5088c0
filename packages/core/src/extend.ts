// For what stands on the core without being part of it: extensions, and engines that carry publishes to other nodes.
export type { ExtensionConnection } from "./api/extension-connection.ts";
export type { EndCounter } from "./api/end-counter.ts";
export type { Extension, ExtensionListener, Hooks, Stamp, Verdict } from "./api/extensions.ts";
export type {
  Answered,
  Closed,
  ControlFrame,
  Failed,
  Joined,
  MessageKind,
  Opened,
  Outcome,
  Outgoing,
  Parted,
  Published,
  Received,
  Refused,
  Sent,
  Settled,
  UpgradeRefusalCause,
  UpgradeRefused,
} from "./api/facts.ts";
export type { MaybePromise } from "./api/data.ts";
export type { MiddlewareContext } from "./api/contexts.ts";
export type { Middleware } from "./api/handlers.ts";
export type { Clock } from "./base/clock.ts";
export { checkOptions } from "./base/options.ts";
export { metaOf, watchEnd } from "./contexts/message-context.ts";
export { EndCounts } from "./extensions/end-counts.ts";
export type { EndCount } from "./extensions/end-counts.ts";
export { requestLog } from "./extensions/request-log.ts";
export type { RequestLine, RequestLogOptions } from "./extensions/request-log.ts";
export { Dialing } from "./cluster/dialing.ts";
export type { Wire } from "./cluster/dialing.ts";
export type { AnswerStore, Claim, SharedAnswer } from "./ports/answer-store.ts";
export type { Engine, EngineSession, NodeSide } from "./ports/engine.ts";
export type {
  Added,
  EngineLog,
  Keeping,
  LogEntry,
  LogFrame,
  LogReading,
  NotRecorded,
  Recording,
} from "./ports/engine-log.ts";
export type { Revocation } from "./ports/revocation.ts";
export type { MemberStore } from "./ports/member-store.ts";
export type { ReadLimits, Retention } from "./ports/topic-log.ts";
export type { Packet } from "./protocol/codec.ts";
export type { Position } from "./protocol/position.ts";
export type { End } from "./state/hooks.ts";
export { addressOf, clockOf, defineSlot, userOf } from "./state/slots.ts";
export type { Slot, SlotHolder } from "./state/slots.ts";
