import type { AnyRpc, InferMetaInput, OnProgress } from "@ws-kit/core";

export interface TestRequestOptions<MetaIn = object> {
  /** Milliseconds of `server.clock` that the server is given. Default: the server's own. */
  timeoutMs?: number | undefined;
  /** Cancels the request, which rejects with a StateError. */
  signal?: AbortSignal | undefined;
  meta?: MetaIn | undefined;
}

export interface TestRpcOptions<R extends AnyRpc> extends TestRequestOptions<InferMetaInput<R>> {
  /** Called for each progress report, in order, before the answer. */
  onProgress?: OnProgress<R> | undefined;
}
