import type { Client, Off } from "@ws-kit/client";
import { fieldsOf, type Show } from "@ws-kit/client/views";
import { onMount } from "svelte";
import { createSubscriber } from "svelte/reactivity";
import { toStore } from "svelte/store";
import { useClient } from "./provider.ts";

/** Something to show, whose fields are watched as runes are, each for itself, and the function that changes it. */
export function shown<T extends object>(first: T, keys = Object.keys(first) as (keyof T)[]): readonly [T, Show<T>] {
  let now = first;
  const updates = new Map<keyof T, () => void>();
  const watch = new Map(keys.map((key) => [key, createSubscriber((update) => void updates.set(key, update))]));
  const fields = fieldsOf(keys, (key) => {
    watch.get(key)?.();
    return now[key];
  });
  const show: Show<T> = (change) => {
    const before = now;
    now = change(before);
    for (const [key, update] of updates) if (now[key] !== before[key]) update();
  };
  return [fields, show];
}

/** Starts once the component is mounted, and again whenever the source is another. */
export function whileMounted<S>(start: (client: Client, now: S) => Off | void, source?: () => S): void {
  const client = useClient();
  onMount(() => {
    let off: Off | void;
    // How a module without runes watches them: a store tells again what its function reads.
    const stop = toStore(() => source?.()).subscribe((now) => {
      off?.();
      off = start(client, now as S);
    });
    return () => {
      stop();
      off?.();
    };
  });
}
