import { WsKitError } from "./errors.ts";

/** @param most Bytes that a message may have. */
export function notCarried(most: number): WsKitError {
  return new WsKitError(
    "INVALID_ARGUMENT",
    `The engine carries messages of at most ${most} bytes, and this one has more`,
  );
}
