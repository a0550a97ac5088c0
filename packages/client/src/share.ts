import { PING_FRAME, PONG_FRAME } from "@ws-kit/core/protocol";
import { ABNORMAL, TIMEOUT } from "./close-codes.ts";
import type { SocketLike } from "./options.ts";

/** What a socket tells. */
export interface SocketEvents {
  readonly open: () => void;
  readonly message: (data: unknown) => void;
  readonly close: (code: number, reason: string) => void;
}

/** What can be done with a socket. */
export type Socket = Pick<SocketLike, "readyState" | "send" | "close">;

/** A socket with the clients on it. */
interface Line {
  readonly socket: SocketLike;
  readonly members: Set<SocketEvents>;
  /** Who sent the pings that are not answered yet, in order: a pong is for the first of them alone. */
  readonly pings: SocketEvents[];
}

const lines = new Map<unknown, Line>();

/**
 * Joins the page's socket of this key, or makes it. Each client keeps its own states, queue, requests and heartbeat, as
 * on a socket of its own. Sharing with other tabs would put a worker's port in the same place.
 *
 * @param key Stands for the server and the user; one that nobody else has makes a socket of one's own.
 */
export function join(key: unknown, create: () => SocketLike, events: SocketEvents): Socket {
  const line = lines.get(key) ?? open(key, create());
  const { socket, members, pings } = line;
  members.add(events);
  if (socket.readyState === 1) queueMicrotask(events.open);
  return {
    get readyState() {
      return socket.readyState;
    },
    send(text) {
      if (text === PING_FRAME) pings.push(events);
      socket.send(text);
    },
    close(code = 1000, reason = "") {
      // Only the last one hangs up, and stays to see it done. What one found dead is dead for all.
      if (members.size === 1 || code === TIMEOUT) {
        forget(key, line);
        socket.close(code, reason);
        if (code === TIMEOUT) for (const member of members) member.close(ABNORMAL, reason);
      } else if (members.delete(events)) queueMicrotask(() => events.close(code, reason));
    },
  };
}

function open(key: unknown, socket: SocketLike): Line {
  const line: Line = { socket, members: new Set(), pings: [] };
  const { members, pings } = line;
  lines.set(key, line);
  socket.addEventListener("open", () => {
    for (const member of members) member.open();
  });
  socket.addEventListener("message", ({ data }: { data: unknown }) => {
    for (const member of data === PONG_FRAME ? pings.splice(0, 1) : members) member.message(data);
  });
  socket.addEventListener("close", ({ code, reason }: { code: number; reason: string }) => {
    forget(key, line);
    for (const member of members) member.close(code, reason);
  });
  // A close follows every error. Without a listener the `ws` package would throw it.
  socket.addEventListener("error", () => {});
  return line;
}

function forget(key: unknown, line: Line): void {
  if (lines.get(key) === line) lines.delete(key);
}
