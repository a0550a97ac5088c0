export { parseSession, writeSession } from "./session/format.ts";
export type { Session, SessionEvent, SessionHeader } from "./session/format.ts";
export type { Unlike } from "./session/match.ts";
export type { AnyFrame, RecordedConnection, ReplayServer, SocketClass } from "./session/place.ts";
export { replay } from "./session/replay.ts";
export type { ReplayOptions } from "./session/replay.ts";
export type { Difference, Replayed } from "./session/replayed.ts";
