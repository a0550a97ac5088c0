import type { AnyRpc, InferProgress } from "@ws-kit/client";
import type { Answer, AskArgs, AskedStream, Reporting, WhyNotShown } from "@ws-kit/client/views";
import type { RequestState } from "./asking.ts";
import { useAsked } from "./use-asked.ts";

export type StreamState<T, P> = RequestState<T> & AskedStream<T, P>;

/**
 * Asks an rpc that reports while it runs, as `useRequest` does, and renders each report.
 *
 * @example
 * const { progress, data } = useStream(Import, { file });
 * return <progress value={data ? 1 : progress?.done} />;
 */
export function useStream<R extends AnyRpc>(
  rpc: Reporting<WhyNotShown<R>> & R,
  ...args: AskArgs<R>
): StreamState<Answer<R>, InferProgress<R>> {
  return useAsked<R>(rpc, args, true);
}
