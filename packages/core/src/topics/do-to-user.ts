import type { UserAsk } from "../ports/nodes.ts";
import type { Packet } from "../protocol/codec.ts";
import { close } from "../sending/frames.ts";
import { sendToMany } from "../sending/to-many.ts";
import type { Listener } from "../state/connection.ts";
import { revokeFromUser } from "./revoke.ts";

/** Does something to all connections that a user has on these listeners, and says to how many. */
export function doToUser(hubs: Iterable<Listener>, ask: UserAsk, frame: Packet): number {
  if (ask.op === "revoke") return revokeFromUser(hubs, ask.user, ask.topic, ask.mark);
  const connections = [...hubs].flatMap(({ identities }) => identities.of(ask.user));
  if (ask.op === "send") {
    const skip = ask.skip && { key: ask.skip.key };
    return sendToMany(connections, { frame, type: ask.type, skip });
  }
  if (ask.op === "close") for (const conn of connections) close(conn, ask.code, ask.reason);
  return connections.length;
}
