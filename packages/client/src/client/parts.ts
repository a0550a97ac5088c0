import type { Envelope } from "@ws-kit/core/protocol";
import type { createRequests, Requests } from "../requests/requests.ts";
import type { Connect } from "../socket/dialing.ts";

/** What not every page needs: a bundle that leaves one out is so much smaller. */
export interface Parts {
  readonly _connect: Connect;
  /** Requests, and what belongs to them. */
  readonly _createRequests?: (...args: Parameters<typeof createRequests>) => Requests & {
    /** Takes frames of the protocol that not every client has to know. */
    readonly _control?: ((frame: Envelope) => void) | undefined;
  };
}
