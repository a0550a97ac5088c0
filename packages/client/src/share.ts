import { PONG_FRAME, PING_FRAME } from "@ws-kit/core/protocol";
import { ABNORMAL, TIMEOUT } from "./close-codes.ts";
import type { SocketLike } from "./options.ts";
import { listen, type SocketEvents } from "./socket.ts";

/** A socket with the clients on it. */
interface Line {
  readonly members: Set<SocketEvents>;
  /** Who sent the pings that are not answered yet, in order: a pong is for the first of them alone. */
  readonly pings: SocketEvents[];
  readonly socket: SocketLike;
}

const lines = new Map<string, Line>();

/**
 * Joins the page's socket of this key, or makes it. What comes back is like a socket of one's own, so each client keeps
 * its own states, queue, requests and heartbeat. Sharing with other tabs would put a worker's port in the same place.
 *
 * @param key Stands for the server and the user.
 */
export function join(
  key: string,
  create: () => SocketLike,
  events: SocketEvents,
): Pick<SocketLike, "readyState" | "send" | "close"> {
  const line = lines.get(key) ?? open(key, create);
  const { members, pings, socket } = line;
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

function open(key: string, create: () => SocketLike): Line {
  const members = new Set<SocketEvents>();
  const pings: SocketEvents[] = [];
  const socket = listen(create(), {
    open() {
      for (const member of members) member.open();
    },
    message(data) {
      for (const member of data === PONG_FRAME ? pings.splice(0, 1) : members) member.message(data);
    },
    close(code, reason) {
      forget(key, line);
      for (const member of members) member.close(code, reason);
    },
  });
  const line = { members, pings, socket };
  lines.set(key, line);
  return line;
}

function forget(key: string, line: Line): void {
  if (lines.get(key) === line) lines.delete(key);
}
