import { CONTRACT_TYPE } from "@ws-kit/core/protocol";
import type { ClientOptions } from "../api/options.ts";
import { BAD_REQUEST } from "../socket/close-codes.ts";
import type { Listeners } from "../steps/listeners.ts";
import type { Link } from "./link.ts";

/** What it needs of the client. */
interface Agreeing {
  readonly _options: ClientOptions;
  readonly _link: Link;
  readonly _listeners: Listeners;
}

/** Tells the application where the server says that it has another contract, and hangs up where ours is strict. */
export function createAgreement({ _options: { contract }, _link, _listeners }: Agreeing): void {
  _listeners._add(CONTRACT_TYPE, (payload) => {
    _listeners._report("contract", (Object(payload) as Error).message, { payload });
    if (contract?.strict) void _link._close(BAD_REQUEST);
  });
}
