import type { AnyRpc, Client, RequestArgs } from "@ws-kit/client";
import { type Answer, type AskArgs, keyOf } from "@ws-kit/client/views";
import type { ClientRequests, WhyNot } from "@ws-kit/core/protocol";
import { useEffect } from "react";
import type { UseRequestOptions } from "./asking.ts";
import { useClient } from "./provider.ts";

/** Milliseconds for which an answer waits for a component that shows it. */
const UNUSED_MS = 30_000;
/**
 * Milliseconds for which a failure is every component's that asks the same: React renders a long tree in parts, and once more where
 * something was thrown, and each would ask anew otherwise.
 */
const FAILED_MS = 100;

interface Entry {
  readonly promise: Promise<void>;
  settled: { readonly data: unknown } | { readonly error: unknown } | undefined;
  users: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const entries = new WeakMap<Client, Map<string, Entry>>();

/**
 * As `useRequest`, for a component that suspends until the answer is there and throws what the request failed with, to the
 * error boundary above it. The answer is kept while a component shows it.
 *
 * @example
 * const { name } = useSuspenseRequest(GetUser, { id });
 */
export function useSuspenseRequest<R extends AnyRpc>(
  rpc: ClientRequests<WhyNot<R, "client.request(rpc)">> & R,
  ...args: AskArgs<R, Omit<UseRequestOptions<R>, "enabled">>
): Answer<R> {
  const client = useClient();
  const [payload, { key: given, ...options } = {}] = args as [unknown, UseRequestOptions<R>?];
  const key = keyOf<R>(rpc, payload, { key: given });
  const entry = entryOf(client, key, () => client.request(rpc, ...([payload, options] as unknown as RequestArgs<R>)));
  useEffect(() => use(client, key, entry), [client, key, entry]);
  if (entry.settled === undefined) throw entry.promise; // oxlint-disable-line only-throw-error -- how React is told to wait
  if ("error" in entry.settled) {
    // A boundary that is reset after that asks again.
    dropLater(client, key, entry, FAILED_MS);
    throw entry.settled.error;
  }
  return entry.settled.data as Answer<R>;
}

function entryOf(client: Client, key: string, ask: () => Promise<{ readonly payload: unknown }>): Entry {
  let mine = entries.get(client);
  if (mine === undefined) entries.set(client, (mine = new Map()));
  const known = mine.get(key);
  if (known !== undefined) return known;
  const settle = (settled: Entry["settled"]): void => {
    entry.settled = settled;
    dropLater(client, key, entry, UNUSED_MS);
  };
  const promise = ask().then(
    ({ payload }) => settle({ data: payload }),
    (error: unknown) => settle({ error }),
  );
  const entry: Entry = { promise, settled: undefined, users: 0, timer: undefined };
  mine.set(key, entry);
  return entry;
}

function use(client: Client, key: string, entry: Entry): () => void {
  entry.users++;
  clearTimeout(entry.timer);
  return () => {
    // Not at once: StrictMode and a hot reload come back to it.
    if (--entry.users === 0) dropLater(client, key, entry, 0);
  };
}

function dropLater(client: Client, key: string, entry: Entry, ms: number): void {
  clearTimeout(entry.timer);
  entry.timer = setTimeout(() => {
    if (entry.users === 0 && entries.get(client)?.get(key) === entry) entries.get(client)?.delete(key);
  }, ms);
}
