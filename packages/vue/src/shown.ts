import type { Client, Off } from "@ws-kit/client";
import type { Form, Show } from "@ws-kit/client/views";
import type { ComputedRef, MaybeRefOrGetter } from "vue";
import { computed, getCurrentInstance, onMounted, shallowRef, watch } from "vue";
import { useClient } from "./provider.ts";

/** Fields as refs of their own, to take apart. */
export type Refs<T> = { readonly [K in keyof T]-?: ComputedRef<T[K]> };

/** What is given may be a value, a ref or a function; what is shown is refs. */
export interface RefsForm extends Form {
  readonly given: MaybeRefOrGetter<this["of"]>;
  readonly shown: Refs<this["of"]>;
}

/** Something to show, and the function that changes it. */
export function shown<T extends object>(
  first: T,
  fields: (keyof T)[] = Object.keys(first) as (keyof T)[],
): readonly [Refs<T>, Show<T>] {
  const now = shallowRef(first);
  const refs = fields.map((key) => [key, computed(() => now.value[key])]);
  return [Object.fromEntries(refs) as Refs<T>, (change) => void (now.value = change(now.value))];
}

/** Starts once the component is mounted, and again whenever the source is another; without a component, at once. */
export function whileMounted<S>(
  start: (client: Client, now: S) => Off | void,
  source: () => S = () => undefined as S,
  isUrgent = false,
): void {
  const client = useClient();
  const again = (now: S, _before: unknown, stop: (off: Off) => void): void => stop(start(client, now) ?? (() => {}));
  const begin = (): unknown => watch(source, again, { immediate: true, flush: isUrgent ? "sync" : "pre" });
  if (getCurrentInstance() !== null) onMounted(begin);
  else if (typeof window !== "undefined") begin();
}
