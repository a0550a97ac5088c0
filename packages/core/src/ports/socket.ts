import { bytesOver } from "../base/bytes.ts";
import type { Packet } from "../protocol/codec.ts";
import { CLOSE } from "../protocol/codes.ts";

/**
 * What the core needs from a runtime's socket. Bun's `ServerWebSocket` has exactly this shape and is used as it is;
 * other adapters wrap theirs in an object of these few members. An optional member is a capability: leave it out where
 * the runtime cannot do it.
 */
export interface Socket {
  /** Queues one message: text for a string, binary for bytes, which nobody changes later. `0` means that it was dropped, `-1` that it waits behind others; anything else is success. */
  send(frame: Packet): number | void;
  /** Starts the closing handshake (RFC 6455 §7.1.2). */
  close(code?: number, reason?: string): void;
  /** Ends the connection at once, without a handshake: the peer is presumed dead. */
  terminate(): void;
  /** Bytes accepted by `send` that have not left yet. */
  getBufferedAmount(): number;
  /**
   * Its connection goes on without it: from now on it tells the hub of nothing. Left out where the adapter sees by `ctx.ws`
   * that it is no longer the present one.
   */
  part?(): void;
  /** Sends a ping frame (RFC 6455 §5.5.2). */
  ping?(): unknown;
  /** Stops and restarts reading, so that a peer who sends faster than handlers work is slowed down by TCP. */
  pause?(): unknown;
  resume?(): unknown;
  /** Runs `write` so that everything it sends leaves in one system call. */
  cork?(write: () => void): unknown;
  /** Native topics; an adapter that has them also gives its runtime a `publish`. */
  subscribe?(topic: string): unknown;
  unsubscribe?(topic: string): unknown;
  /** Sends to every other socket subscribed natively to the topic. */
  publish?(topic: string, frame: Packet): unknown;
}

/** Longest reason of a close, in bytes of UTF-8 (RFC 6455 §5.5). */
const MAX_REASON_BYTES = 123;

/**
 * What may be given to a socket's `close`: runtimes throw for, or put on the wire, codes that no peer may send
 * (RFC 6455 §7.4) and reasons that do not fit. A code that may not be sent becomes 1000, an overlong reason is cut, and one
 * that is no text is left out.
 */
export function closeArguments(code: number = CLOSE.NORMAL, reason = ""): [code: number, reason: string] {
  const allowed =
    Number.isInteger(code) &&
    ((code >= 3000 && code <= 4999) || (code >= 1000 && code <= 1014 && !(code >= 1004 && code <= 1006)));
  // Whoever is to go is gone, whatever was said of why.
  const text: string = typeof reason === "string" ? reason : "";
  let fitting = text.slice(0, MAX_REASON_BYTES);
  while (bytesOver(fitting, MAX_REASON_BYTES) !== undefined) fitting = fitting.slice(0, -1);
  // No half of a surrogate pair.
  if (fitting.length < text.length) fitting = fitting.replace(/[\uD800-\uDBFF]$/, "");
  return [allowed ? code : CLOSE.NORMAL, fitting];
}

/** Where adapters declare their socket's type, so that `ctx.ws` has it. */
declare global {
  // A namespace: the one form of declaration that merges across packages
  namespace WsKit {
    interface Sockets {}
  }
}

/** The runtime's own socket: its precise type once an adapter is in the program. */
export type RuntimeSocket = [keyof WsKit.Sockets] extends [never] ? Socket : WsKit.Sockets[keyof WsKit.Sockets];
