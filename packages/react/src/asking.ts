import type { AnyRpc } from "@ws-kit/client";
import type { Asked, AskOptions } from "@ws-kit/client/views";

export interface RequestState<T> extends Asked<T> {
  /** Asks once more. */
  readonly refetch: () => void;
}

export type UseRequestOptions<R extends AnyRpc> = AskOptions<R>;
