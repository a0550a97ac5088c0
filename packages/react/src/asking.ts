/** What became of a request so far. */
export interface Asked<T> {
  /** The payload of the last answer; kept while a new one is awaited. */
  readonly data: T | undefined;
  /** What the last request failed with: a ServerError, TimeoutError or another of the client's. */
  readonly error: Error | undefined;
  readonly isPending: boolean;
}

export const IDLE: Asked<never> = { data: undefined, error: undefined, isPending: false };

/** Names what is asked: equal payloads are one question. */
export function keyOf(type: string, payload: unknown, key: string | undefined): string {
  return key ?? `${type} ${JSON.stringify(payload)}`;
}
