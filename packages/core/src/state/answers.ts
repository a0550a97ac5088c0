import type { Limits } from "../api/limits.ts";
import type { Clock } from "../base/clock.ts";
import type { AnyMessage } from "../message/message.ts";
import { ERROR_CODES, type ErrorCode } from "../protocol/codes.ts";
import type { ErrorPayload, Meta } from "../protocol/envelope.ts";

/** How an rpc ended, without the correlation id, so that a repeat under another id can be given the same. */
export type Outcome =
  | { readonly message: AnyMessage; readonly payload: unknown; readonly meta: Meta | undefined }
  | { readonly error: ErrorPayload };

/** One idempotent request: its outcome once there is one, and who waits for it. */
export class Remembered {
  readonly key: string;
  readonly expiresAt: number;
  private readonly memory: AnswerMemory;
  private outcome: Outcome | undefined = undefined;
  private waiting: ((outcome: Outcome) => void)[] = [];

  constructor(memory: AnswerMemory, key: string, expiresAt: number) {
    this.memory = memory;
    this.key = key;
    this.expiresAt = expiresAt;
  }

  /** Calls back with the first request's outcome: now, or when it has one. */
  whenSettled(listener: (outcome: Outcome) => void): void {
    if (this.outcome === undefined) this.waiting.push(listener);
    else listener(this.outcome);
  }

  settle(outcome: Outcome): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    // What may go better the next time is not worth remembering.
    if ("error" in outcome && passing(outcome.error.code, outcome.error.retryable)) this.memory.forget(this);
    for (const listener of this.waiting.splice(0)) listener(outcome);
  }
}

function passing(code: string, retryable: boolean): boolean {
  return retryable || code === "CANCELLED" || code === "INTERNAL" || ERROR_CODES[code as ErrorCode];
}

/**
 * The answers of idempotent requests, so that a repeat (sent because the first one's connection was lost) gets what the
 * first one got instead of running again. Bounded in count and time.
 */
export class AnswerMemory {
  private readonly entries = new Map<string, Remembered>();
  private readonly clock: Clock;
  private readonly limits: Readonly<Limits>;

  constructor(clock: Clock, limits: Readonly<Limits>) {
    this.clock = clock;
    this.limits = limits;
  }

  get size(): number {
    return this.entries.size;
  }

  find(key: string): Remembered | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.expiresAt > this.clock.monotonic()) return entry;
    this.entries.delete(key);
    return undefined;
  }

  open(key: string): Remembered {
    const now = this.clock.monotonic();
    // Oldest first: a Map keeps the order in which its keys were added.
    for (const [old, entry] of this.entries) {
      if (entry.expiresAt > now && this.entries.size < this.limits.maxRememberedAnswers) break;
      this.entries.delete(old);
    }
    const entry = new Remembered(this, key, now + this.limits.rememberAnswersMs);
    this.entries.set(key, entry);
    return entry;
  }

  forget(entry: Remembered): void {
    if (this.entries.get(entry.key) === entry) this.entries.delete(entry.key);
  }
}
