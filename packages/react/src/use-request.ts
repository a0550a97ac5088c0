import type { AnyRpc, RequestArgs, RpcOptions, SendArgsOf } from "@ws-kit/client";
import { useCallback, useEffect, useRef, useState } from "react";
import { type Answer, type Asked, IDLE, type RequestState, type UseRequestOptions } from "./asking.ts";
import { useLatest } from "./latest.ts";
import { useClient } from "./provider.ts";
import { useAsked } from "./use-asked.ts";

/**
 * Asks when the component mounts, and again when what is asked changes. Another question, or unmounting, aborts the one under
 * way, here and on the server. What a slower, older request answers is never shown.
 *
 * @example
 * const { data, error, isPending } = useRequest(GetUser, { id });
 */
export function useRequest<R extends AnyRpc>(
  rpc: R,
  ...args: SendArgsOf<R, UseRequestOptions<R>>
): RequestState<Answer<R>> {
  return useAsked(rpc, args);
}

/** Asks, and gives the answer's payload. @throws what `client.request` throws. */
export type Call<R extends AnyRpc> = (...args: RequestArgs<R>) => Promise<Answer<R>>;

/**
 * A request that an event asks: a form, a button. The state is of the last call; unmounting aborts what is under way.
 *
 * @example
 * const [rename, { isPending, error }] = useCall(Rename);
 * <button disabled={isPending} onClick={() => void rename({ name }).catch(() => {})}>Rename</button>
 */
export function useCall<R extends AnyRpc>(rpc: R): readonly [Call<R>, Asked<Answer<R>>] {
  const client = useClient();
  const latest = useLatest(rpc);
  const [asked, setAsked] = useState<Asked<Answer<R>>>(IDLE);
  const running = useRef(new Set<AbortController>());
  const last = useRef<AbortController | undefined>(undefined);
  useEffect(() => {
    const mine = running.current;
    return () => mine.forEach((controller) => controller.abort());
  }, []);
  const call = useCallback<Call<R>>(
    async (...args) => {
      const [payload, options = {}] = args as [unknown, RpcOptions<R>?];
      const controller = new AbortController();
      const { signal } = controller;
      const abort = (): void => controller.abort(options.signal?.reason);
      options.signal?.addEventListener("abort", abort);
      if (options.signal?.aborted === true) abort();
      running.current.add(controller);
      last.current = controller;
      const tell = (news: Asked<Answer<R>>): void => {
        if (last.current === controller && running.current.has(controller)) setAsked(news);
      };
      setAsked((now) => ({ data: now.data, error: undefined, isPending: true }));
      try {
        const whole = [payload, { ...options, signal }] as unknown as RequestArgs<R>;
        const data = (await client.request(latest.current, ...whole)).payload;
        tell({ data, error: undefined, isPending: false });
        return data;
      } catch (error) {
        tell({ data: undefined, error: error as Error, isPending: false });
        throw error;
      } finally {
        running.current.delete(controller);
        options.signal?.removeEventListener("abort", abort);
      }
    },
    [client, latest],
  );
  return [call, asked];
}
