import type { Logger } from "../base/logger.ts";
import type { Envelope } from "../protocol/envelope.ts";
import type { End } from "../state/hooks.ts";

/** Messages of which somebody is told how they end. */
export type Watched = Map<Envelope, (end: End) => void>;

/** Tells of one that has ended, if anybody watches it. */
export function tellWatching(watched: Watched, envelope: Envelope, end: End, logger: Logger): void {
  const hear = watched.get(envelope);
  if (hear === undefined) return;
  watched.delete(envelope);
  try {
    hear(end);
  } catch (error) {
    logger.error("What was to be told of a message's end failed", error);
  }
}
