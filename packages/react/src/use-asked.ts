import type { AnyRpc } from "@ws-kit/client";
import { ask, type AskedStreamOf, keyOf, type Show, unasked } from "@ws-kit/client/views";
import { useCallback, useEffect, useMemo, useState } from "react";
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
  const [round, setRound] = useState(0);
  // Another one where any of them is.
  const asking = useMemo(() => ({ client, question, round }), [client, question, round]);
  const [{ of, asked }, setAsked] = useState<Known<R>>({ of: asking, asked: unasked(options) });
  useEffect(() => {
    const show: Show<AskedStreamOf<R>> = (change) =>
      setAsked((known) => {
        const next = change(known.asked);
        return known.of === asking && next === known.asked ? known : { of: asking, asked: next };
      });
    return ask(client, latest.current.rpc, latest.current.args, show, reports);
  }, [client, asking, latest, reports]);
  const refetch = useCallback(() => setRound((now) => now + 1), []);
  if (of === asking) return { ...asked, refetch };
  // Between a new question and its effect, what is known is of the old one.
  const isPending = options?.enabled ?? true;
  return { ...(isPending ? { ...unasked(), data: asked.data } : asked), isPending, refetch };
}

/** What became of a question. */
interface Known<R extends AnyRpc> {
  readonly of: object;
  readonly asked: AskedStreamOf<R>;
}
