import type { Packet } from "../protocol/codec.ts";
import type { ErrorPayload } from "../protocol/envelope.ts";

/** What a request was answered. */
export interface SharedAnswer {
  /** As it left. */
  readonly frame: Packet;
  /** Of the error that it is. */
  readonly error: ErrorPayload | undefined;
}

/**
 * What became of a claim: `mine`: nobody has run it; `answered`: somebody has; `other`: somebody has, with another payload;
 * `lost`: somebody began, and nobody knows how it ended; `local`, `denied`: the store could not be asked, and this process decides for itself or refuses; `given-up`:
 * nobody wants it any more.
 */
export type Claim =
  | { readonly state: "mine" | "lost" | "given-up" | "other" }
  | { readonly state: "local" | "denied"; /** Why it could not be asked. */ readonly cause?: Error }
  | { readonly state: "answered"; readonly answer: SharedAnswer };

/** Keeps the answers of idempotent requests for several processes, as `redisAnswers` of `@ws-kit/redis` does. */
export interface AnswerStore {
  /**
   * Asks for the right to run a request. Where another process runs it, waits for its answer.
   * @param key Whose request it is, of which type, under which key. It may hold a secret.
   * @param print Of its payload.
   * @param keepMs For how long it is remembered.
   * @param wanted Whether somebody still waits.
   * @throws whatever went wrong, as a rejection: the request is then answered UNAVAILABLE.
   */
  claim(key: string, print: string, keepMs: number, wanted: () => boolean): Promise<Claim>;
  /** What a claim of this process came to: an answer, or undefined for one that is not worth keeping. Never throws. */
  settle(key: string, answer: SharedAnswer | undefined, keepMs: number): void;
  /** A router that uses it is served no longer: lets go of what would keep a process alive, until it is asked again. */
  rest?(): void;
}
