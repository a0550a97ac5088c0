import type { SocketLike } from "./options.ts";

/** What a socket tells. */
export interface SocketEvents {
  readonly open: () => void;
  readonly message: (data: unknown) => void;
  readonly close: (code: number, reason: string) => void;
}

export function listen(socket: SocketLike, events: SocketEvents): SocketLike {
  socket.addEventListener("open", events.open);
  socket.addEventListener("message", ({ data }: { data: unknown }) => events.message(data));
  socket.addEventListener("close", ({ code, reason }: { code: number; reason: string }) => events.close(code, reason));
  // A close follows every error. Without a listener the `ws` package would throw it.
  socket.addEventListener("error", () => {});
  return socket;
}
