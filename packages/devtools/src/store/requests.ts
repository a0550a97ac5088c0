import type { Outcome, Settled } from "@ws-kit/core/extend";

/** A message or request that has ended. Times are milliseconds since the epoch. */
export interface KeptRequest {
  n: number;
  readonly type: string;
  readonly kind: "on" | "rpc";
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
