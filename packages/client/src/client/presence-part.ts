import type { ClientPart, Refines } from "../api/part.ts";
import type { PresenceSurface } from "../api/presence.ts";
import { createPresence } from "../presence/create-presence.ts";
import { part } from "./host.ts";

/**
 * Who is there: subscriptions to topics whose declaration has a `presence` say so. Needs `topics()`, which `@ws-kit/client` has.
 *
 * @example
 * const client = wsClient({ url, use: [presence()] });
 * const room = client.subscribe(Room({ roomId }));
 * room.track({ name: "Ada", idle: false });
 * room.onPresence(() => show([...room.presence.keys()]));
 */
export const presence = (): ClientPart<Refines<PresenceSurface>> => part("presence", createPresence);
