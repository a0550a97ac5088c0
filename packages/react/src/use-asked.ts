import type { AnyRpc } from "@ws-kit/client";
import { ask, type AskedStreamOf, keyOf, unasked } from "@ws-kit/client/views";
import { useCallback, useEffect, useState } from "react";
import type { UseRequestOptions } from "./asking.ts";
import { useLatest } from "./latest.ts";
import { useClient } from "./provider.ts";

/**
 * Asks when the component mounts and whenever the question changes, and aborts what is under way then.
 *
 * @param reports Whether to render progress.
 */
export function useAsked<R extends AnyRpc>(
  rpc: R,
  args: readonly unknown[],
  reports = false,
): AskedStreamOf<R> & { readonly refetch: () => void } {
  const client = useClient();
  const [payload, options] = args as [unknown, UseRequestOptions<R>?];
  const question = keyOf(rpc, payload, options);
  const latest = useLatest({ rpc, args });
  const [asked, setAsked] = useState<AskedStreamOf<R>>(unasked(options));
  const [round, setRound] = useState(0);
  useEffect(
    () => ask(client, latest.current.rpc, latest.current.args, setAsked, reports),
    [client, question, round, latest, reports],
  );
  return { ...asked, refetch: useCallback(() => setRound((now) => now + 1), []) };
}
