import { attempt } from "./check.ts";
import type { Off } from "./types.ts";

/** @returns its undoing. */
export type Add<Key> = (key: Key, listener: (...args: never[]) => unknown) => Off;
export type Emit<Key> = (key: Key, ...args: unknown[]) => void;

/**
 * Keeps the functions of the application, each under what it listens to.
 *
 * @param failed Told what a listener threw, which does not stop the others.
 * @returns how to add one, how to call those of one key, and what keys there are.
 */
export function createListeners<Key>(
  failed: (key: Key) => (error: unknown) => void,
): [add: Add<Key>, emit: Emit<Key>, keys: () => Key[]] {
  const all = new Map<(...args: never[]) => unknown, Key>();
  return [
    (key, listener) => {
      // Wrapped, so that the same function can be registered twice and each registration undone.
      const call: typeof listener = (...args) => listener(...args);
      all.set(call, key);
      return () => void all.delete(call);
    },
    (key, ...args) => {
      for (const [call, heard] of Array.from(all)) {
        if (heard === key && all.has(call)) {
          void attempt(() => call(...(args as never[])), failed(key));
        }
      }
    },
    () => Array.from(new Set(all.values())),
  ];
}
