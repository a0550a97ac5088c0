import type { AnyRpc, RequestArgs, RpcOptions } from "@ws-kit/client";
import { useCallback, useEffect, useState } from "react";
import { type Answer, type Asked, IDLE, keyOf, type RequestState, type UseRequestOptions } from "./asking.ts";
import { useLatest } from "./latest.ts";
import { useClient } from "./provider.ts";

/**
 * Asks when the component mounts and whenever the question changes, and aborts what is under way then.
 *
 * @param begun Called before each question.
 * @param onProgress Called for the reports of the question that is under way.
 */
export function useAsked<R extends AnyRpc>(
  rpc: R,
  args: readonly unknown[],
  begun?: () => void,
  onProgress?: RpcOptions<R>["onProgress"],
): RequestState<Answer<R>> {
  const client = useClient();
  const [payload, options = {}] = args as [unknown, UseRequestOptions<R>?];
  const { enabled = true, key: given, ...rest } = options;
  const key = keyOf(rpc.type, payload, given);
  const latest = useLatest({ rpc, payload, rest, begun, onProgress });
  const [asked, setAsked] = useState<Asked<Answer<R>>>(enabled ? { ...IDLE, isPending: true } : IDLE);
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!enabled) {
      setAsked((now) => (now.isPending ? { ...now, isPending: false } : now));
      return undefined;
    }
    const controller = new AbortController();
    const { signal } = controller;
    const { current } = latest;
    current.begun?.();
    setAsked((now) => (now.isPending && now.error === undefined ? now : { ...now, error: undefined, isPending: true }));
    const reports: RpcOptions<R> =
      current.onProgress === undefined
        ? {}
        : { onProgress: (progress) => (signal.aborted ? undefined : latest.current.onProgress?.(progress)) };
    const call = [current.payload, { ...current.rest, ...reports, signal }] as unknown as RequestArgs<R>;
    client.request(current.rpc, ...call).then(
      (answer) => {
        if (!signal.aborted) setAsked({ data: answer.payload, error: undefined, isPending: false });
      },
      (error: Error) => {
        if (!signal.aborted) setAsked((now) => ({ data: now.data, error, isPending: false }));
      },
    );
    return () => controller.abort();
  }, [client, key, enabled, round, latest]);
  return { ...asked, refetch: useCallback(() => setRound((now) => now + 1), []) };
}
