import type { Packet } from "@ws-kit/core/protocol";
import type { ClientOptions, Token } from "../api/options.ts";

/** Where to connect, as the application says. */
export interface Target {
  readonly _url: string;
  /** The subprotocols to offer. */
  readonly _protocols: string[];
  readonly _token: Token;
}

/** Of what a socket tells, the parts in use: `data` of a message, `code` and `reason` of a close, the rest of an error. */
export interface SocketEvent {
  readonly data?: unknown;
  readonly code: number;
  readonly reason: string;
  readonly message?: string;
  readonly error?: { readonly code?: string };
  /** Of an open: the server goes on with the connection before. */
  readonly resumed?: boolean;
}

export type Hear = (type: "open" | "message" | "close" | "error", event: SocketEvent) => void;

/** What can be done with a socket. */
export interface Socket {
  /** @returns whether the socket took it. */
  readonly _send: (packet: Packet) => boolean;
  /** Bytes that it has taken and not passed on. */
  readonly _buffered: () => number;
  /** With 4408 it is taken for dead. */
  readonly _close: (code: number, reason: string) => void;
}

/** How a connection is made. @throws whatever the socket's class does not take. */
export type Connect = (options: ClientOptions, target: Target, hear: Hear) => Socket;
