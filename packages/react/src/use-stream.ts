import type { AnyRpc, InferProgress, RequestArgs, SendArgsOf } from "@ws-kit/client";
import { useEffect, useState } from "react";
import { type Asked, IDLE, keyOf } from "./asking.ts";
import { useLatest } from "./latest.ts";
import { useClient } from "./provider.ts";
import type { Answer, UseRequestOptions } from "./use-request.ts";

export interface StreamState<T, P> extends Asked<T> {
  /** The last report; undefined before the first. */
  readonly progress: P | undefined;
}

/**
 * Asks an rpc that reports while it runs, as `useRequest` does, and renders each report.
 *
 * @example
 * const { progress, data } = useStream(Import, { file });
 * return <progress value={data ? 1 : progress?.done} />;
 */
export function useStream<R extends AnyRpc>(
  rpc: R,
  ...args: SendArgsOf<R, UseRequestOptions<R>>
): StreamState<Answer<R>, InferProgress<R>> {
  type State = StreamState<Answer<R>, InferProgress<R>>;
  const client = useClient();
  const [payload, options = {}] = args as [unknown, UseRequestOptions<R>?];
  const { enabled = true, key: given } = options;
  const key = keyOf(rpc.type, payload, given);
  const latest = useLatest({ rpc, payload, options });
  const [state, setState] = useState<State>({ ...IDLE, isPending: enabled, progress: undefined });
  useEffect(() => {
    if (!enabled) return undefined;
    const controller = new AbortController();
    const { signal } = controller;
    const begin: State = { ...IDLE, isPending: true, progress: undefined };
    setState((now) => (now.isPending && now.progress === undefined ? now : begin));
    const onProgress = (progress: InferProgress<R>): void => {
      if (!signal.aborted) setState((now) => ({ ...now, progress }));
    };
    const { enabled: _enabled, key: _key, ...rest } = latest.current.options;
    const call = [latest.current.payload, { ...rest, signal, onProgress }] as unknown as RequestArgs<R>;
    client.request(latest.current.rpc, ...call).then(
      (answer) => {
        const data = answer.payload as Answer<R>;
        if (!signal.aborted) setState((now) => ({ ...now, data, isPending: false }));
      },
      (error: Error) => {
        if (!signal.aborted) setState((now) => ({ ...now, error, isPending: false }));
      },
    );
    return () => controller.abort();
  }, [client, key, enabled, latest]);
  return state;
}
