import type { Expiring } from "../base/deadlines.ts";

/** What `authenticate` makes of a new token: the record, or that it says no, or that it could not decide. */
export type Renewed = { readonly data: Record<string, unknown> } | "refused" | "failed";

/** Asks `authenticate` about a new token, within its time limit. Never rejects. */
export type Renew = (token: string) => Promise<Renewed>;

/** For how long one connection may stay. */
export interface Lease extends Expiring {
  /** Undefined where no new token would be taken. */
  readonly renew: Renew | undefined;
  /** When it ends, in milliseconds since the epoch, as the application says. */
  until: number;
  /** The same by the monotonic clock. */
  endsAt: number;
  /** It has ended, and the grace runs. */
  over: boolean;
  /** The new token that is being decided on. */
  renewing: Promise<Renewed> | undefined;
  /** When that was last done, in monotonic milliseconds. */
  decidedAt: number;
}
