import type { Logger } from "../base/logger.ts";
import type { Envelope } from "../protocol/envelope.ts";
import type { End } from "../state/hooks.ts";

type Hear = (end: End) => void;

/** Messages of which somebody is told how they end. */
export type Watched = Map<Envelope, Hear[]>;

export function watch(watched: Watched, envelope: Envelope, hear: Hear): void {
  const known = watched.get(envelope);
  if (known === undefined) watched.set(envelope, [hear]);
  else known.push(hear);
}

/** Tells of one that has ended, if anybody watches it. */
export function tellWatching(watched: Watched, envelope: Envelope, end: End, logger: Logger): void {
  const all = watched.get(envelope);
  if (all === undefined) return;
  watched.delete(envelope);
  for (const hear of all) {
    try {
      hear(end);
    } catch (error) {
      logger.error("What was to be told of a message's end failed", error);
    }
  }
}
