import type { createRequests, Requests } from "../requests/requests.ts";
import type { Connect } from "../socket/dialing.ts";

/** What not every page needs: a bundle that leaves one out is so much smaller. */
export interface Parts {
  readonly _connect: Connect;
  /** Requests, and what belongs to them. */
  readonly _createRequests?: (...args: Parameters<typeof createRequests>) => Requests;
}
