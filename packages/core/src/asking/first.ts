import type { RequestError } from "../message/request-error.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import { type Envelope, FAILED_TYPE } from "../protocol/envelope.ts";

/** Why nobody has answered, as it travels between nodes: what a client's `$ws:failed` says, and whether any may have been asked. */
interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: unknown;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly sent: boolean;
}

/** What became of a question: an answer, or `$ws:failed` with why there is none. */
export type Outcome = Envelope;

export function failed(code: ErrorCode, message: string, sent: boolean): Outcome {
  return { type: FAILED_TYPE, payload: { code, message, sent } satisfies Failure };
}

export function failedWith(error: RequestError): Outcome {
  const { code, message, details, retryable, retryAfterMs, mayHaveExecuted: sent } = error;
  return { type: FAILED_TYPE, payload: { code, message, details, retryable, retryAfterMs, sent } satisfies Failure };
}

/** Whether a client may have been asked. */
export function wasSent({ payload }: Outcome): boolean {
  return (payload as Failure | undefined)?.sent !== false;
}

/** The first answer of several that are asked the same; where there is none, what tells most of why. */
export class First {
  readonly outcome: Promise<Outcome>;
  private resolve: (outcome: Outcome) => void = () => {};
  private readonly awaited = new Set<unknown>();
  private readonly done = new Set<unknown>();
  private readonly nobody: () => Outcome;
  private all = false;
  private failure: Outcome | undefined = undefined;

  /** @param nobody What it comes to where nobody was asked. */
  constructor(nobody: () => Outcome) {
    this.nobody = nobody;
    this.outcome = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** One more is asked, or was: it may have answered already. */
  expect(who: unknown): void {
    if (!this.done.has(who)) this.awaited.add(who);
  }

  take(who: unknown, outcome: Outcome): void {
    this.done.add(who);
    this.awaited.delete(who);
    if (outcome.type !== FAILED_TYPE) return this.resolve(outcome);
    this.failure = this.failure === undefined ? outcome : worse(this.failure, outcome);
    this.look();
  }

  /** Nobody else is asked. */
  known(): void {
    this.all = true;
    this.look();
  }

  /** Ends it whoever may still answer. */
  end(outcome: Outcome): void {
    this.resolve(outcome);
  }

  private look(): void {
    if (this.all && this.awaited.size === 0) this.resolve(this.failure ?? this.nobody());
  }
}

/** What a handler said tells more than that there is none, and that more than that a client is gone. */
function worse(one: Outcome, other: Outcome): Outcome {
  const better = rank(other) > rank(one) ? other : one;
  const sent = wasSent(one) || wasSent(other);
  return { type: FAILED_TYPE, payload: { ...(better.payload as Failure), sent } };
}

function rank({ payload }: Outcome): number {
  const { code } = payload as Failure;
  if (code === "UNAVAILABLE") return 0;
  return code === "UNIMPLEMENTED" ? 1 : 2;
}
