import type { Answered, Outcome, Settled } from "@ws-kit/core/extend";

/** A message or request that has ended. Times are milliseconds since the epoch. */
export interface KeptRequest {
  n: number;
  readonly type: string;
  /** `asked`: by the server, of the client. */
  readonly kind: "on" | "rpc" | "asked";
  readonly clientId: string;
  readonly correlationId: string | undefined;
  readonly receivedAt: number;
  readonly waitedMs: number;
  readonly ms: number;
  readonly outcome: Outcome;
  readonly code: string | undefined;
}

/** @param zero Milliseconds since the epoch at which the listener's monotonic clock stood at 0. */
export function requestOf(clientId: string, fact: Settled, zero: number): KeptRequest {
  const { type, kind, correlationId, outcome, code, receivedAt, startedAt, at } = fact;
  return {
    n: 0,
    type,
    kind,
    clientId,
    correlationId,
    receivedAt: receivedAt + zero,
    waitedMs: (startedAt === 0 ? at : startedAt) - receivedAt,
    ms: at - receivedAt,
    outcome,
    code,
  };
}

/** A question of the server's. Nothing is known of what it waited for at the client. */
export function askedOf(clientId: string, fact: Answered, zero: number): KeptRequest {
  const { type, correlationId, outcome, code, askedAt, at } = fact;
  return {
    n: 0,
    type,
    kind: "asked",
    clientId,
    correlationId,
    receivedAt: askedAt + zero,
    waitedMs: 0,
    ms: at - askedAt,
    outcome,
    code,
  };
}
