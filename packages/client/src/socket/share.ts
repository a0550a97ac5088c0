import { PING_FRAME, PONG_FRAME } from "@ws-kit/core/protocol";
import type { ClientOptions, SocketLike } from "../api/options.ts";
import { TIMEOUT } from "./close-codes.ts";
import type { Hear, Socket, SocketEvent, Target } from "./dialing.ts";
import { keep, type Memory, openAgain } from "./resume.ts";
import { open } from "./socket.ts";
import { addressOf } from "./token.ts";

/** How to join each of the page's sockets. */
const lines = new Map<unknown, Enter>();

type Enter = (hear: Hear) => SharedSocket;

/** A socket that several may have. */
export interface SharedSocket extends Socket {
  /** Whether it is this one that brings new tokens: the first is. */
  readonly _leads: () => boolean;
}

/**
 * Joins the page's socket to this server as this user, or makes it. Each client keeps its own states, queue, requests
 * and heartbeat, as on a socket of its own. A socket of one's own goes on with the connection that is in its memory. Sharing with other tabs would put a worker's port in the same place.
 */
export function join(own: Memory, options: ClientOptions, target: Target, hear: Hear): SharedSocket {
  const { share } = options;
  // A key that nobody else has stands for a socket of one's own.
  const key = share
    ? JSON.stringify([share, addressOf(options, share === true ? target : { ...target, _token: undefined })])
    : Symbol();
  const memory = share ? ({} as Memory) : own;
  return (
    lines.get(key) ??
    createLine(key, memory, (tell) =>
      share ? open(options, addressOf(options, target), tell) : openAgain(memory, options, target, tell),
    )
  )(hear);
}

function createLine(key: unknown, memory: Memory, create: (tell: Hear) => SocketLike): Enter {
  const members = new Set<Hear>();
  /** Who sent the pings that are not answered yet, in order: a pong is for the first of them alone. */
  const pings: Hear[] = [];

  const isOpen = (): boolean => socket.readyState === 1 && !memory._asks;
  const tell: Hear = (type, event) => {
    if (type === "close") forget();
    for (const member of event.data === PONG_FRAME ? pings.splice(0, 1) : members) member(type, event);
  };
  const forget = (): void => {
    if (lines.get(key) === enter) lines.delete(key);
  };
  const enter: Enter = (hear) => {
    members.add(hear);
    if (isOpen()) queueMicrotask(() => hear("open", {} as SocketEvent));
    return {
      _send(packet) {
        if (!isOpen()) return false;
        if (packet === PING_FRAME) pings.push(hear);
        keep(memory, packet);
        socket.send(packet as string);
        return true;
      },
      _leads: () => [...members][0] === hear,
      _buffered: () => socket.bufferedAmount ?? 0,
      _close(code, reason) {
        if (!members.has(hear)) return;
        // Only the last one hangs up, and stays to see it done. What one found dead nobody joins any more, but the others
        // have their own patience.
        const last = members.size === 1;
        if (last || code === TIMEOUT) forget();
        // What still comes from it is nobody's, and so has not come.
        if (code === TIMEOUT) memory._socket = undefined;
        if (last) return socket.close(code, reason);
        members.delete(hear);
        queueMicrotask(() => hear("close", { code, reason }));
      },
    };
  };

  const socket = create(tell);
  lines.set(key, enter);
  return enter;
}
