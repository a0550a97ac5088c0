import type { Entry, ReadLimits, Reading } from "../ports/topic-log.ts";
import type { Position } from "../protocol/position.ts";

/**
 * What a log tells whoever stood at a position: exactly what came after it, or that this cannot be told. A position is a
 * claim of a peer's, and may be anything.
 *
 * @param entries All that is kept, without a hole, up to the top; or as much of it as may be read, and came after.
 */
export function readingOf(
  top: Position,
  entries: readonly Entry[],
  after: Position | undefined,
  limits: ReadLimits,
): Reading {
  if (after === undefined) return { top, entries: [] };
  if (after.epoch !== top.epoch || after.offset > top.offset) return { top, gap: "epoch" };
  const missing = top.offset - after.offset;
  if (missing > limits.messages) return { top, gap: "limit" };
  if (missing > entries.length) return { top, gap: "retention" };
  const missed = missing === 0 ? [] : entries.slice(-missing);
  let bytes = 0;
  for (const { packet } of missed) bytes += packet.length;
  return bytes > limits.bytes ? { top, gap: "limit" } : { top, entries: missed };
}
