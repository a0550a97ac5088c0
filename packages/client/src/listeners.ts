import { attempt } from "./check.ts";
import type { Off } from "./types.ts";

/** The functions of the application, each under what it listens to. */
export interface Listeners<Key> {
  readonly add: (key: Key, listener: (...args: never[]) => unknown) => Off;
  readonly emit: (key: Key, ...args: unknown[]) => void;
  /** What is listened to. */
  readonly keys: () => Iterable<Key>;
}

/** @param failed Told what a listener threw, which does not stop the others. */
export function createListeners<Key>(failed: (error: unknown, key: Key) => void): Listeners<Key> {
  const all = new Map<(...args: never[]) => unknown, Key>();
  return {
    add(key, listener) {
      // Wrapped, so that the same function can be registered twice and each registration undone.
      const call: typeof listener = (...args) => listener(...args);
      all.set(call, key);
      return () => void all.delete(call);
    },
    emit(key, ...args) {
      for (const [call, heard] of Array.from(all)) {
        if (heard === key && all.has(call)) {
          void attempt(
            () => call(...(args as never[])),
            (error) => failed(error, key),
          );
        }
      }
    },
    keys: () => new Set(all.values()),
  };
}
