import { createRouter } from "@ws-kit/zod";
import { bytes } from "../shared/codec.ts";
import { Cell, Enter, MAP, Steer, TICK_MS } from "../shared/messages.ts";
import { cellAt, cellsAround, somewhere, step, type Place } from "./map.ts";

/** Units a second. */
const SPEED = 150;

interface Player {
  readonly id: number;
  place: Place;
  goal: Place;
  /** Follows what can be seen from a cell; a bot sees nothing. */
  readonly look?: (cell: number) => void;
}

const topicOf = (cell: number): string => `cell:${cell}`;

export function createGame(bots = 0) {
  const router = createRouter({ codec: bytes });
  const players = new Map<string, Player>();
  let ids = 0;

  const playersIn = (cell: number): number[] =>
    [...players.values()]
      .filter(({ place }) => cellAt(place) === cell)
      .flatMap(({ id, place }) => [id, place.x, place.y]);

  for (let n = 0; n < bots; n++) players.set(`bot ${n}`, { id: ++ids, place: somewhere(), goal: somewhere() });

  router.rpc(Enter, (ctx) => {
    const seen = new Set<number>();
    /** Interest by area: the topics of the cells around, and of no others. Whoever comes to see a cell is told of it at once. */
    function look(cell: number): void {
      const wanted = cellsAround(cell);
      for (const old of seen) {
        if (!wanted.includes(old) && seen.delete(old)) void ctx.topics.unsubscribe(topicOf(old));
      }
      for (const found of wanted) {
        if (seen.has(found)) continue;
        seen.add(found);
        void ctx.topics.subscribe(topicOf(found));
        router.connections.send(ctx.clientId, Cell, { cell: found, players: playersIn(found) });
      }
    }
    const place = somewhere();
    const player: Player = { id: ++ids, place, goal: place, look };
    players.set(ctx.clientId, player);
    look(cellAt(place));
    return { id: player.id, ...place };
  });

  router.on(Steer, ({ clientId, payload }) => {
    const player = players.get(clientId);
    if (player) player.goal = { x: clamp(payload.x), y: clamp(payload.y) };
  });

  const left: number[] = [];
  router.onClose(({ clientId }) => {
    const player = players.get(clientId);
    if (player && players.delete(clientId)) left.push(cellAt(player.place));
  });

  return {
    router,
    /** Moves everybody, and tells each cell in which something has changed: one message a cell, not one a player. */
    tick: (): void => {
      const changed = new Set(left.splice(0));
      for (const player of players.values()) {
        const from = cellAt(player.place);
        const to = step(player.place, player.goal, (SPEED * TICK_MS) / 1_000);
        if (to.x === player.place.x && to.y === player.place.y) {
          if (player.look === undefined) player.goal = somewhere();
          continue;
        }
        player.place = to;
        const now = cellAt(to);
        changed.add(from).add(now);
        if (now !== from) player.look?.(now);
      }
      for (const cell of changed) void router.publish(topicOf(cell), Cell, { cell, players: playersIn(cell) });
    },
  };
}

function clamp(value: number): number {
  return Math.min(MAP, Math.max(0, value));
}
