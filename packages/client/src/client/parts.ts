import type { AnyMessage, Envelope } from "@ws-kit/core/protocol";
import type { Off } from "../api/client.ts";
import type { createRequests, Requests } from "../requests/requests.ts";
import type { Topics } from "../topics/create-topics.ts";
import type { Connect } from "../socket/dialing.ts";

/** `client.on`, whatever the message. */
export type On = (message: AnyMessage, handler: (received: never) => unknown) => Off;

/** What not every page needs: a bundle that leaves one out is so much smaller. */
export interface Parts {
  readonly _connect: Connect;
  /** Requests, and what belongs to them. */
  readonly _createRequests?: (...args: [...Parameters<typeof createRequests>, on: On]) => Requests & {
    /** Takes frames of the protocol that not every client has to know. */
    readonly _control: (frame: Envelope) => void;
    /** Recorded topics. */
    readonly _topics: Topics;
  };
}
