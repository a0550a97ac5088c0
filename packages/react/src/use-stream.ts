import type { AnyRpc, InferProgress, SendArgsOf } from "@ws-kit/client";
import { useState } from "react";
import { useAsked } from "./use-asked.ts";
import type { Answer, RequestState, UseRequestOptions } from "./asking.ts";

export interface StreamState<T, P> extends RequestState<T> {
  /** The last report on the question that is asked; undefined before the first. */
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
  const [progress, setProgress] = useState<InferProgress<R>>();
  const begun = (): void => setProgress(undefined);
  // As a function: a report may be one itself to React.
  const asked = useAsked(rpc, args, begun, (report) => setProgress(() => report));
  return { ...asked, progress };
}
