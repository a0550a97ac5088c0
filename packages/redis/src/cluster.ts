import { hashTags } from "./slots.ts";
import type { Dial } from "./session.ts";

/** One look at a cluster, by a connection that is given up afterwards. */
export interface Scout {
  readonly ready: Promise<unknown>;
  /** A client of the master that has the slot, of which duplicates are made. */
  master(slot: number): Promise<unknown>;
  destroy(): void;
}

/** How a kind of client finds out who has a slot, and how it dials one server. */
export interface ClusterKind {
  scout(): Scout;
  dial(master: unknown): Dial;
}

/** Less than a dial is given (three seconds), so that a server that is stopped is not what the next dial asks as well. */
const SCOUT_TIMEOUT_MS = 2_500;

interface Look {
  readonly scout: Scout;
  users: number;
}

/**
 * A cluster as several servers: topics are shared by `count` slots, and each slot is dialled where it is now. A slot that
 * moves, or whose master dies, concerns its own topics only.
 */
export function clusterParts(kind: ClusterKind, count: number): { tag: string; dial: Dial }[] {
  let look: Look | undefined;
  const master = async (slot: number): Promise<unknown> => {
    const mine = (look ??= { scout: kind.scout(), users: 0 });
    mine.users++;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const found = mine.scout.ready.then(() => {
        // Whoever asks from now on sees for himself: it may have moved since.
        if (look === mine) look = undefined;
        return mine.scout.master(slot);
      });
      const late = new Promise<never>((_, reject) => {
        const error = new Error("The cluster did not say in time where its slots are");
        timer = setTimeout(() => reject(error), SCOUT_TIMEOUT_MS);
      });
      return await Promise.race([found, late]);
    } finally {
      clearTimeout(timer);
      if (look === mine) look = undefined;
      if (--mine.users === 0) mine.scout.destroy();
    }
  };
  return hashTags(count).map(({ tag, slot }) => ({
    tag,
    dial: async (events, bytes, one) => kind.dial(await master(slot))(events, bytes, one),
  }));
}
