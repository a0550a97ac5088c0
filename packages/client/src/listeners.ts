import type { Guard } from "./check.ts";
import type { Off } from "./types.ts";

/** A set of functions of the application; one that throws does not stop the others. */
export interface Listeners<A extends unknown[]> {
  readonly size: () => number;
  readonly add: (listener: (...args: A) => unknown) => Off;
  readonly emit: (...args: A) => void;
}

/** @param stopped Asked before each call, so that nothing fires once an earlier listener closed the client. */
export function createListeners<A extends unknown[]>(guard: Guard, stopped?: () => boolean): Listeners<A> {
  const all = new Set<{ listener: (...args: A) => unknown }>();
  return {
    size: () => all.size,
    add(listener) {
      // Wrapped, so that the same function can be registered twice and each registration undone.
      const entry = { listener };
      all.add(entry);
      return () => void all.delete(entry);
    },
    emit(...args) {
      for (const entry of Array.from(all)) {
        if (!stopped?.() && all.has(entry)) guard(() => entry.listener(...args));
      }
    },
  };
}
