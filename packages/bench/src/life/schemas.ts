import { message, z } from "@ws-kit/zod";

export const said = z.object({ room: z.string(), text: z.string().max(500) });
export const Say = message("SAY", said);
export const Said = message("SAID", said);

export const moved = z.object({
  room: z.string(),
  x: z.number(),
  y: z.number(),
  vx: z.number(),
  vy: z.number(),
  angle: z.number(),
  health: z.int().min(0).max(100),
  ammo: z.int().min(0),
  weapon: z.enum(["axe", "bow", "rod"]),
  tick: z.int(),
});
export const Move = message("MOVE", moved);
export const Moved = message("MOVED", moved);

export const snapshot = z.object({
  rows: z.array(z.object({ id: z.string(), name: z.string(), done: z.boolean(), order: z.number() })),
});
export const Snapshot = message("SNAPSHOT", snapshot);
/** About 20 KB as JSON. */
export const ROWS = Array.from({ length: 280 }, (_, i) => ({
  id: `row-${1_000 + i}`,
  name: `The quick brown fox ${i}`,
  done: i % 2 === 0,
  order: i,
}));

export const drawn = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("line"), to: z.tuple([z.number(), z.number()]), width: z.number().default(1) }),
  z.object({ kind: z.literal("text"), text: z.string(), size: z.number().default(12) }),
]);
export const Draw = message("DRAW", drawn);
export const Drawn = message("DRAWN", drawn);

/** Asks something elsewhere before it says yes. */
export const checkedLater = z.object({ room: z.string().refine(async (room) => room !== ""), text: z.string() });
export const Later = message("LATER", checkedLater);
