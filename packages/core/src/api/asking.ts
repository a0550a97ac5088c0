import type { AnyRpc, InferMetaInput, OnProgress, SendOptions } from "../message/message.ts";

/** Options of a request that the server makes. */
export interface AskOptions<MetaIn = unknown> extends SendOptions<MetaIn> {
  /**
   * Time for the answer in milliseconds, waiting for a connection that comes back included. The client learns what is left;
   * `Infinity`: as long as the connection lasts. Default: `limits.requestTimeoutMs`.
   */
  timeoutMs?: number | undefined;
  /** Aborting rejects with CANCELLED and tells the client, whose handler's `signal` aborts. */
  signal?: AbortSignal | undefined;
}

export interface AskRpcOptions<R extends AnyRpc> extends AskOptions<InferMetaInput<R>> {
  /** Called for each progress report, in order, before the answer. What it throws is reported to `onError`. */
  onProgress?: OnProgress<R> | undefined;
}

/** `AskRpcOptions` of whatever rpc. */
export interface AnyAskOptions extends AskOptions {
  onProgress?: ((progress: never) => void) | undefined;
}
