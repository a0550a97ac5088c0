import type { ClientPart } from "../api/part.ts";
import { connect } from "../socket/socket.ts";
import { part } from "./host.ts";

/** Each connection on a socket of its own, of which nothing is known afterwards. */
export const plainSockets = (): ClientPart =>
  part("sockets", (host) => ({
    _connect: (options, target, hear) =>
      connect(options, host._addressOf?.(options, target) ?? [target._url, target._protocols], hear),
  }));
