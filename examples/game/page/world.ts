import { CELL } from "../shared/messages.ts";

export interface Shown {
  x: number;
  y: number;
  /** Where the server has it; it is drawn on its way there. */
  to: { x: number; y: number };
  cell: number;
}

/** How much of the way to where the server has it a player is drawn each frame: positions come twenty times a second. */
const SHARE = 0.3;

/** What this page can see. */
export function createWorld() {
  const players = new Map<number, Shown>();
  return {
    players: players as ReadonlyMap<number, Shown>,
    /** Takes a whole cell: who was in it and is not named has left it. */
    see(cell: number, found: readonly number[]): void {
      const named = new Set<number>();
      for (let i = 0; i + 2 < found.length; i += 3) {
        const [id = 0, x = 0, y = 0] = found.slice(i, i + 3);
        named.add(id);
        const known = players.get(id);
        if (known) Object.assign(known, { to: { x, y }, cell });
        else players.set(id, { x, y, to: { x, y }, cell });
      }
      for (const [id, player] of players) if (player.cell === cell && !named.has(id)) players.delete(id);
    },
    /** Moves everybody a little. */
    glide(): void {
      for (const player of players.values()) {
        player.x += (player.to.x - player.x) * SHARE;
        player.y += (player.to.y - player.y) * SHARE;
      }
    },
    /** Forgets whoever is too far from a place for its cell to be one of those around. */
    forgetBeyond({ x, y }: { x: number; y: number }): void {
      for (const [id, { to }] of players) {
        if (Math.max(Math.abs(to.x - x), Math.abs(to.y - y)) > 2 * CELL) players.delete(id);
      }
    },
    placeOf: (id: number | undefined): Shown | undefined => (id === undefined ? undefined : players.get(id)),
    clear: (): void => players.clear(),
  };
}
