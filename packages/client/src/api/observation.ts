import type { Packet } from "@ws-kit/core/protocol";
import type { ConnectionState, StateInfo } from "./states.ts";

/** How a request ended. Times are those of `Observation.at`. */
export interface SettledRequest {
  /** Type of the request. */
  readonly type: string;
  /** Under which its frames travelled. */
  readonly correlationId: string;
  /** When it was made. */
  readonly startedAt: number;
  /** What it was rejected with; undefined where it was answered. */
  readonly error: unknown;
}

interface Details {
  /** A frame that left, as it travels, pings included. */
  sent: Packet;
  /** A frame that came, as it travels, pongs included. */
  received: Packet;
  /** A change of state with its circumstances. */
  state: StateInfo & { readonly state: ConnectionState };
  /** The end of a request. */
  settled: SettledRequest;
}

/** Something that happened to a client: for a page of developer tools, a log or traces. */
export type Observation = {
  readonly [Kind in keyof Details]: {
    readonly kind: Kind;
    /** When, in milliseconds of a clock that nobody sets forward or back (`performance.now()`). */
    readonly at: number;
    readonly detail: Details[Kind];
  };
}[keyof Details];
