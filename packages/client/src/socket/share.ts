import { PING_FRAME, PONG_FRAME } from "@ws-kit/core/protocol";
import type { SocketLike } from "../api/options.ts";
import { ABNORMAL, TIMEOUT } from "./close-codes.ts";
import { type Hear, listen, type Socket, type SocketEvent } from "./socket.ts";

/** How to join each of the page's sockets. */
const lines = new Map<unknown, (hear: Hear) => Socket>();

/**
 * Joins the page's socket of this key, or makes it. Each client keeps its own states, queue, requests and heartbeat, as
 * on a socket of its own. Sharing with other tabs would put a worker's port in the same place.
 *
 * @param key Stands for the server and the user; one that nobody else has makes a socket of one's own.
 */
export function join(key: unknown, create: () => SocketLike, hear: Hear): Socket {
  return (lines.get(key) ?? open(key, create()))(hear);
}

function open(key: unknown, socket: SocketLike): (hear: Hear) => Socket {
  const members = new Set<Hear>();
  /** Who sent the pings that are not answered yet, in order: a pong is for the first of them alone. */
  const pings: Hear[] = [];

  const isOpen = (): boolean => socket.readyState === 1;
  const tell: Hear = (type, event) => {
    if (type === "close") forget();
    for (const member of event.data === PONG_FRAME ? pings.splice(0, 1) : members) member(type, event);
  };
  const forget = (): void => {
    if (lines.get(key) === enter) lines.delete(key);
  };
  const enter = (hear: Hear): Socket => {
    members.add(hear);
    if (isOpen()) queueMicrotask(() => hear("open", {} as SocketEvent));
    return {
      send(text) {
        if (!isOpen()) return false;
        if (text === PING_FRAME) pings.push(hear);
        socket.send(text);
        return true;
      },
      close(code, reason = "") {
        // Only the last one hangs up, and stays to see it done. What one found dead is dead for all.
        const dead = code === TIMEOUT;
        if (dead || members.size === 1) {
          forget();
          if (dead) tell("close", { code: ABNORMAL, reason });
          socket.close(code, reason);
        } else if (members.delete(hear)) queueMicrotask(() => hear("close", { code, reason }));
      },
    };
  };

  lines.set(key, enter);
  listen(socket, tell);
  return enter;
}
