import { CELL, MAP } from "../shared/messages.ts";

const ACROSS = MAP / CELL;

export interface Place {
  x: number;
  y: number;
}

/** The number of the cell that a place is in. */
export function cellAt({ x, y }: Place): number {
  return row(y) * ACROSS + row(x);
}

/** It and those around it: what one there can see. */
export function cellsAround(cell: number): number[] {
  const [across, down] = [cell % ACROSS, Math.floor(cell / ACROSS)];
  const near = [-1, 0, 1];
  return near
    .flatMap((dy) => near.map((dx) => [across + dx, down + dy] as const))
    .filter(([x, y]) => x >= 0 && y >= 0 && x < ACROSS && y < ACROSS)
    .map(([x, y]) => y * ACROSS + x);
}

export function somewhere(): Place {
  return { x: Math.random() * MAP, y: Math.random() * MAP };
}

/** One step towards a goal, never past it. */
export function step(from: Place, goal: Place, distance: number): Place {
  const [dx, dy] = [goal.x - from.x, goal.y - from.y];
  const share = Math.min(1, distance / (Math.hypot(dx, dy) || 1));
  return { x: from.x + dx * share, y: from.y + dy * share };
}

function row(value: number): number {
  return Math.min(ACROSS - 1, Math.max(0, Math.floor(value / CELL)));
}
