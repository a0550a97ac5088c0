import { CONTRACT_TYPE } from "@ws-kit/core/protocol";
import type { Envelope } from "@ws-kit/core/protocol";
import type { ClientOptions } from "../api/options.ts";
import { BAD_REQUEST } from "../socket/close-codes.ts";
import type { Listeners } from "../steps/listeners.ts";
import type { Link } from "./link.ts";

/**
 * Tells the application where the server says that it has another contract, and hangs up where ours is strict.
 *
 * @param others Takes every other frame of the protocol.
 */
export function createAgreement(
  { contract }: ClientOptions,
  link: Link,
  listeners: Listeners,
  others: ((frame: Envelope) => void) | undefined,
): (frame: Envelope) => void {
  return ({ type, payload }) => {
    if (type !== CONTRACT_TYPE) return others?.({ type, payload });
    listeners._report("contract", (Object(payload) as Error).message, { payload });
    if (contract?.strict) void link._close(BAD_REQUEST);
  };
}
