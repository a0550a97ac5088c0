import type { Client, Off } from "@ws-kit/client";
import type { Show } from "@ws-kit/client/views";
import type { ComputedRef, MaybeRefOrGetter } from "vue";
import { computed, getCurrentInstance, onMounted, shallowRef, toValue, watch } from "vue";
import { useClient } from "./provider.ts";

/** Fields as refs of their own, to take apart. */
export type Refs<T> = { readonly [K in keyof T]-?: ComputedRef<T[K]> };

/** Something to show, and the function that changes it. */
export function shown<T extends object>(first: T, fields: string[] = Object.keys(first)): readonly [Refs<T>, Show<T>] {
  const now = shallowRef(first);
  const refs = fields.map((key) => [key, computed(() => now.value[key as keyof T])]);
  return [Object.fromEntries(refs) as Refs<T>, (change) => void (now.value = change(now.value))];
}

/**
 * Starts once the component is mounted, and again whenever the source is another; without a component, at once.
 * @param flush `sync` where it cannot wait for the others that change.
 */
export function whileMounted<S>(
  start: (client: Client, now: S) => Off | void,
  source?: MaybeRefOrGetter<S>,
  flush: "pre" | "sync" = "pre",
): void {
  const client = useClient();
  const again = (now: S, _before: unknown, stop: (off: Off) => void): void => stop(start(client, now) ?? (() => {}));
  const begin = (): unknown => watch(() => toValue(source) as S, again, { immediate: true, flush });
  if (getCurrentInstance() !== null) onMounted(begin);
  else if (typeof window !== "undefined") begin();
}
