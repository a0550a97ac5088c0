export type { Members, PresenceDiff, PresenceSurface, WithPresence } from "./api/presence.ts";
export { presence } from "./client/presence-part.ts";
