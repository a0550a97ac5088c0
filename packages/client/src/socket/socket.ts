import type { SocketLike } from "../api/options.ts";
import { ABNORMAL, TIMEOUT } from "./close-codes.ts";

/** Of what a socket tells, the parts in use: `data` of a message, `code` and `reason` of a close. */
export interface SocketEvent {
  readonly data?: unknown;
  readonly code: number;
  readonly reason: string;
}

export type Hear = (type: "open" | "message" | "close" | "error", event: SocketEvent) => void;

/** What can be done with a socket. */
export interface Socket {
  /** @returns whether the socket took it. */
  readonly send: (text: string) => boolean;
  /** With 4408 it is taken for dead: the close is heard at once, and the peer told if it still listens. */
  readonly close: (code: number, reason?: string) => void;
}

/** Hears everything of a socket. */
export function listen(socket: SocketLike, hear: Hear): void {
  // A close follows every error. Without a listener the `ws` package would throw it.
  for (const type of ["open", "message", "close", "error"] as const)
    socket.addEventListener(type, (event: SocketEvent) => hear(type, event));
}

/** A socket of one's own; `join` shares one. */
export function connect(_key: unknown, create: () => SocketLike, hear: Hear): Socket {
  const socket = create();
  listen(socket, hear);
  return {
    send(text) {
      const isOpen = socket.readyState === 1;
      if (isOpen) socket.send(text);
      return isOpen;
    },
    close(code, reason = "") {
      if (code === TIMEOUT) hear("close", { code: ABNORMAL, reason });
      socket.close(code, reason);
    },
  };
}
