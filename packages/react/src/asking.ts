import type { AnyRpc, RequestOptions } from "@ws-kit/client";
import type { InferMetaInput, InferPayload } from "@ws-kit/core/protocol";

/** What became of a request so far. */
export interface Asked<T> {
  /** The payload of the last answer; kept while a new one is awaited. */
  readonly data: T | undefined;
  /** What the last request failed with: a ServerError, TimeoutError or another of the client's. */
  readonly error: Error | undefined;
  readonly isPending: boolean;
}

export interface UseRequestOptions<R extends AnyRpc> extends Omit<RequestOptions<InferMetaInput<R>>, "signal"> {
  /** False asks nothing, now. Default: true. */
  enabled?: boolean | undefined;
  /** Asks anew when it changes. Default: the payload, as JSON. */
  key?: string | undefined;
}

/** The payload of an rpc's answer. */
export type Answer<R extends AnyRpc> = InferPayload<R["response"]>;

export interface RequestState<T> extends Asked<T> {
  /** Asks once more. */
  readonly refetch: () => void;
}

export const IDLE: Asked<never> = { data: undefined, error: undefined, isPending: false };

/** Names what is asked: equal payloads are one question. */
export function keyOf(type: string, payload: unknown, key: string | undefined): string {
  return key ?? `${type} ${JSON.stringify(payload)}`;
}
