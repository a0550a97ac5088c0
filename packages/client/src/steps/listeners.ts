import type { Off } from "../api/client.ts";
import { attempt } from "./attempt.ts";

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
  // Lists are replaced, never changed, so that one can be walked while its listeners come and go.
  const all = new Map<Key, ((...args: never[]) => unknown)[]>();
  return [
    (key, listener) => {
      // Wrapped, so that the same function can be registered twice and each registration undone.
      const call: typeof listener = (...args) => listener(...args);
      all.set(key, [...(all.get(key) ?? []), call]);
      return () => {
        const others = (all.get(key) ?? []).filter((other) => other !== call);
        all.set(key, others);
        if (!others[0]) all.delete(key);
      };
    },
    (key, ...args) => {
      for (const call of all.get(key) ?? []) {
        if (all.get(key)?.includes(call)) void attempt(() => call(...(args as never[])), failed(key));
      }
    },
    () => [...all.keys()],
  ];
}
