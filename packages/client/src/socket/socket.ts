import type { ClientOptions, SocketLike, WebSocketClass } from "../api/options.ts";
import type { Hear, Socket } from "./dialing.ts";

/** Makes a socket and hears everything of it. */
export function open(
  options: ClientOptions,
  [url, protocols]: readonly [url: string, protocols: string[]],
  hear: Hear,
): SocketLike {
  const Class = options.WebSocket ?? (globalThis as { WebSocket?: WebSocketClass }).WebSocket;
  if (!Class) throw new TypeError("No WebSocket here: give wsClient({ url, WebSocket }) one");
  const socket: SocketLike = new Class(url, protocols);
  socket.binaryType = "arraybuffer";
  // A close follows every error. Without a listener the `ws` package would throw it.
  for (const type of ["open", "message", "close", "error"] as const)
    socket.addEventListener(type, (event) => hear(type, event));
  return socket;
}

/** A socket of one's own; `join` shares one. */
export function connect(...args: Parameters<typeof open>): Socket {
  const socket = open(...args);
  return {
    _send(packet) {
      const isOpen = socket.readyState === 1;
      if (isOpen) socket.send(packet as string);
      return isOpen;
    },
    _buffered: () => socket.bufferedAmount ?? 0,
    _close: (code, reason) => socket.close(code, reason),
  };
}
