import type { AnyMessage, Codec, Envelope, Position } from "@ws-kit/core/protocol";
import type { Off } from "../api/client.ts";
import type { ClientOptions } from "../api/options.ts";
import type { ClientPart } from "../api/part.ts";
import type { Link } from "../link/link.ts";
import type { Requests } from "../requests/requests.ts";
import type { Connect } from "../socket/dialing.ts";
import type { addressOf } from "../socket/token.ts";
import type { Listeners } from "../steps/listeners.ts";
import type { TopicFrame, Topics } from "../topics/create-topics.ts";

/** `client.on`, whatever the message. */
export type On = (message: AnyMessage, handler: (received: never) => unknown) => Off;

/** A client as its parts see it: each puts its own in the place of what is here, or around it. */
export interface Host {
  readonly _options: ClientOptions;
  readonly _codec: Codec;
  readonly _link: Link;
  readonly _listeners: Listeners;
  readonly _on: On;
  /** Makes each connection. */
  _connect: Connect;
  /** Puts a token where it belongs. */
  _addressOf?: typeof addressOf;
  /** Whether it is this client that speaks for all that share its socket. */
  _leads: () => boolean;
  /** Asks on the connection of this number alone, past what waits in the queue; 0 is for every other one. */
  _ask?: Requests["_ask"];
  /** The requests under way. */
  _pending?: Requests["_pending"];
  /** Takes a frame with a correlation id; one that is not known is ignored. */
  _take: (id: string, frame: Envelope) => unknown;
  /** Sees each frame before anybody. @returns false where nobody may have it, or what is to be done before. */
  _see?: Topics["_see"];
  /** As `client.subscribe`. */
  _subscribe?: Topics["_subscribe"];
  /** Where in its topic a message stands. */
  _placed?: (at: TopicFrame["at"]) => { topic: string; position: Position } | undefined;
}

/** What a `ClientPart` is in here. */
export interface Part extends ClientPart {
  /** Called once, after those before it. @returns what takes the place of the host's, and what the application gets. */
  readonly _install: (host: Host) => Partial<Host> & { readonly _surface?: object };
}

/** Makes one. What it adds is told to the compiler alone. */
export function part(name: string, _install: Part["_install"]): ClientPart<never, never> {
  const made: Part = { part: name, _install };
  return made as unknown as ClientPart<never, never>;
}
