import { attempt } from "./check.ts";
import type { Off } from "./types.ts";

/** @returns its undoing. */
export type Add<Key> = (key: Key, listener: (...args: never[]) => unknown) => Off;
export type Emit<Key> = (key: Key, ...args: unknown[]) => void;

/**
 * Keeps the functions of the application, each under what it listens to.
 *
 * @param failed Told what a listener threw, which does not stop the others.
 * @returns how to add one, how to call those of one key, and which keys have any.
 */
export function createListeners<Key>(
  failed: (key: Key) => (error: unknown) => void,
): [add: Add<Key>, emit: Emit<Key>, keys: () => Key[]] {
  const all = new Map<Key, Set<(...args: never[]) => unknown>>();
  return [
    (key, listener) => {
      const calls = all.get(key) ?? new Set();
      // Wrapped, so that the same function can be registered twice and each registration undone.
      const call: typeof listener = (...args) => listener(...args);
      all.set(key, calls.add(call));
      return () => {
        if (calls.delete(call) && !calls.size) all.delete(key);
      };
    },
    (key, ...args) => {
      const calls = all.get(key);
      for (const call of Array.from(calls ?? [])) {
        if (calls?.has(call)) void attempt(() => call(...(args as never[])), failed(key));
      }
    },
    () => Array.from(all.keys()),
  ];
}
