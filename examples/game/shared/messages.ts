import { message, rpc, z } from "@ws-kit/zod";

/** The map is a square of cells, in units that a page draws as pixels. */
export const MAP = 2_000;
export const CELL = 250;
export const TICK_MS = 50;

const place = { x: z.number(), y: z.number() };

export const Enter = rpc("ENTER", undefined, "ENTERED", { id: z.number(), ...place });

/** Where a player wants to go. Sent when that changes, not twenty times a second. */
export const Steer = message.fromClient("STEER", place);

/**
 * Everybody in one cell of the map: `[id, x, y, id, x, y, …]`. It is the whole cell, so that a peer that is behind can do without
 * all but the newest.
 */
export const Cell = message.fromServer(
  "CELL",
  { cell: z.number(), players: z.array(z.number()) },
  { overflow: "conflate", by: ({ cell }) => String(cell) },
);
