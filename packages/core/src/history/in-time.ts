import type { Clock } from "../base/clock.ts";
import { within } from "../base/within.ts";
import { WsKitError } from "../message/errors.ts";

/** What an engine has to do within a time. @throws WsKitError UNAVAILABLE where it does not, or rejects. */
export async function inTime<T>(clock: Clock, timeoutMs: number, doing: Promise<T>): Promise<T> {
  try {
    return await within(clock, timeoutMs, doing);
  } catch (cause) {
    throw new WsKitError("UNAVAILABLE", "The engine that keeps this topic is away", undefined, { cause });
  }
}
