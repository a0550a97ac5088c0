import type { Calls, createCalls } from "../requests/requests.ts";
import type { Dialing } from "../socket/dialing.ts";

/** What not every page needs: a bundle that leaves one out is so much smaller. */
export interface Parts extends Dialing {
  /** Requests, and what belongs to them. */
  readonly calls?: (...args: Parameters<typeof createCalls>) => Calls;
}
