import type { Client, Off } from "@ws-kit/client";
import { fieldsOf, type Show } from "@ws-kit/client/views";
import { createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import { useClient } from "./provider.ts";

/** Something to show, whose fields are watched as signals are, each for itself, and the function that changes it. */
export function shown<T extends object>(first: T, keys = Object.keys(first) as (keyof T)[]): readonly [T, Show<T>] {
  const [now, show] = createSignal(first);
  const memos = new Map(keys.map((key) => [key, createMemo(() => now()[key])]));
  return [fieldsOf(keys, (key) => memos.get(key)?.() as T[keyof T]), (change) => void show(change)];
}

/** Starts once the component is there, and again whenever the source is another; on a server never. */
export function whileMounted<S>(start: (client: Client, now: S) => Off | void, source?: () => S): void {
  const client = useClient();
  const now = createMemo(() => source?.() as S);
  createEffect(on(now, (value) => onCleanup(start(client, value) ?? (() => {}))));
}
