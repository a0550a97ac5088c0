import { bytesOver } from "../base/bytes.ts";
import { errorPayload } from "../message/errors.ts";
import type { AnswerStore, Claim, SharedAnswer } from "../ports/answer-store.ts";
import type { Remembered } from "../state/answers.ts";
import type { Listener } from "../state/connection.ts";
import type { Stage } from "../state/route.ts";
import type { RpcContextImpl } from "./rpc-context.ts";

/** Milliseconds after which to try again where nobody can say whether a request has run. */
const UNKNOWN_WAIT_MS = 1_000;

/** Enters the handler of an idempotent request that no other process has run, or answers with what that one answered. */
export async function claimed(
  call: RpcContextImpl,
  entry: Remembered,
  store: AnswerStore,
  handler: Stage,
): Promise<unknown> {
  const { answers, limits } = call.conn.hub;
  const { key, print } = entry;
  const keepMs = limits.rememberAnswersMs;
  let claim: Claim;
  try {
    claim = await store.claim(key, print, keepMs, () => !call.settled);
  } catch (error) {
    // Whoever waits here for the same answer is told as well.
    call.settleError(errorPayload("UNAVAILABLE", "Whether it has run could not be asked"));
    throw error;
  }
  if (claim.state !== "given-up") tellReach(call.conn.hub, claim);
  if (claim.state === "mine" || claim.state === "local") {
    if (claim.state === "mine") entry.share((answer) => store.settle(key, answer, keepMs));
    // Its time ran out meanwhile: that is its answer.
    if (!call.settled) return handler(call as never);
    entry.settled();
  } else if (claim.state === "answered") {
    repeat(call, entry, claim.answer);
  } else if (claim.state !== "given-up") {
    refuse(call, claim.state);
    // Not what it came to: a repeat asks again.
    answers.forget(entry);
  }
  return undefined;
}

/** Says once that the store cannot be asked, and once that it can again. */
function tellReach({ answers, clock, logger }: Listener, claim: Claim): void {
  const isAway = claim.state === "local" || claim.state === "denied";
  const { awaySince } = answers;
  if (isAway === (awaySince !== undefined)) return;
  answers.awaySince = isAway ? clock.monotonic() : undefined;
  if (awaySince !== undefined) {
    logger.warn(`The store of answers can be asked again, after ${Math.round(clock.monotonic() - awaySince)} ms`);
  } else if (isAway) {
    const meanwhile = claim.state === "local" ? "decided by this process alone" : "answered UNAVAILABLE";
    logger.warn(`The store of answers cannot be asked: idempotent requests are ${meanwhile}`, claim.cause);
  }
}

function repeat(call: RpcContextImpl, entry: Remembered, { frame, error }: SharedAnswer): void {
  const bytes = typeof frame === "string" ? (bytesOver(frame, 0) ?? 0) : frame.length;
  const answer = { frame, bytes, error };
  entry.settle(answer);
  call.repeat(answer);
}

function refuse(call: RpcContextImpl, state: "lost" | "denied" | "other"): void {
  if (state === "other") {
    call.settleError(errorPayload("INVALID_ARGUMENT", "Another request with this idempotencyKey had another payload"));
  } else if (state === "denied") {
    const retry = { retryAfterMs: UNKNOWN_WAIT_MS };
    call.settleError(errorPayload("UNAVAILABLE", "Whether it has run could not be asked", undefined, retry));
  } else {
    const message = "It may have run: the process that began it is gone";
    call.settleError(errorPayload("ABORTED", message, { mayHaveExecuted: true }, { retryable: false }));
  }
}
