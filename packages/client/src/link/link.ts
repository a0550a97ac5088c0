import type { Packet } from "@ws-kit/core/protocol";
import type { Token } from "../api/options.ts";
import type { ConnectionState, StateInfo } from "../api/states.ts";
import type { Outbox } from "./outbox.ts";
import type { Pulse } from "./pulse.ts";

/** One connection that is dialed again whenever it is lost, and what waits for it: all but the meaning of messages. */
export interface Link {
  _state: ConnectionState;
  /** The circumstances of the last change of state. */
  _info: StateInfo;
  readonly _pulse: Pulse;
  readonly _outbox: Outbox;
  /** Why the last dial failed, until a connection opens. */
  _failure: Error | undefined;
  /** How often the user has closed it; no handler fires for what came before. */
  _session: number;
  /** A handler of `onOpen` is being called. */
  _greets: boolean;
  /** Those of the last connection, or of this one, were all called and came to their end. */
  _greeted: boolean;
  /** Whether sending dials. */
  _autoConnect: boolean | undefined;
  /** Present while the server drains, and until the next dial: what is posted waits for that, and it at least so long. */
  _holdOffMs: number | undefined;
  /** Dials, at once where it waits to dial again. @returns when it is open. */
  readonly _connect: () => Promise<void>;
  /** @returns when it is closed. */
  readonly _close: (code?: number, reason?: string) => Promise<void>;
  /** Dials once the current tick is over, where sending would and the user has never closed it. */
  readonly _wish: () => void;
  /** Bytes that the socket has taken and not passed on. */
  readonly _buffered: () => number;
  /** Dials where that is what sending does. @returns whether there is, or may come to be, a connection to send to. */
  readonly _opens: () => boolean;
  /** Called with what handlers of an opening are given, before all of them. @returns what is to be done after them. */
  _begins?: (opening: never) => () => void;
  /** Asks the application for a token, where it has some; who asks while it is being asked gets the same. */
  _token?: (refresh: boolean) => Promise<Token>;
  /** Why the connection ended that the next one may go on with. */
  _lost?: string | undefined;
  /** The present connection, or that to come, goes on with the one before. */
  _resumed?: boolean | undefined;
  /** As `_transmit`, or on the next connection where that goes on with the last. */
  _pass: (packet: Packet) => boolean;
  /** Sends at once or not at all. @returns whether the socket took it. */
  readonly _transmit: (packet: Packet) => boolean;
}

/** What the handlers of an opening are given: what it sends passes the queue, on the connection of this number alone. */
export type Greet = (turn: number) => unknown;

/** Given what comes, beside pings and pongs. */
export type Receive = (packet: Packet) => void;
