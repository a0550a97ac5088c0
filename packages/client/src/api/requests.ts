import type {
  ClientAsks,
  AnyRpc,
  InferErrors,
  InferMetaInput,
  InferChunk,
  InferProgress,
  OnProgress,
  Received,
  SendArgsOf,
  SendOptions,
  UnlessAnswer,
} from "@ws-kit/core/protocol";

export interface RequestOptions<MetaIn = unknown> extends SendOptions<MetaIn> {
  /** Time for the answer, waiting for a connection included. The server learns what is left. Default: 30,000. */
  timeoutMs?: number | undefined;
  /**
   * How often it is sent again where the server's answer is `retryable` and says when (`retryAfterMs`), if that moment lies
   * within `timeoutMs`. Not for an answer that leaves open whether the handler ran, unless the rpc is idempotent. Default: 3.
   */
  retries?: number | undefined;
  /** Aborting rejects with a `StateError` and tells the server, whose `ctx.signal` aborts. */
  signal?: AbortSignal | undefined;
}

export interface RpcOptions<R extends AnyRpc> extends RequestOptions<InferMetaInput<R>> {
  /** Called for each progress report, in order, before the answer. */
  onProgress?: OnProgress<R> | undefined;
}

/** What the compiler says of an rpc with a stream where one without belongs. */
export type HasStream = "This rpc has a stream: ask it with client.stream(), of a client that uses streams()";

/** What follows an rpc in `client.request(rpc, …)`; `O` is what stands for its options where it is a message. */
export type RequestArgs<R extends AnyRpc, O = unknown> = R extends { readonly stream: undefined }
  ? UnlessAnswer<R, O, SendArgsOf<R, RpcOptions<R>>>
  : [payload?: HasStream];

/** What came of an rpc: its answer, one of its declared errors with their details, or `"failed"`. */
export type Attempt<R extends AnyRpc> =
  | (Received<R["response"]> & { readonly ok: true })
  | {
      [C in keyof InferErrors<R>]: {
        readonly ok: false;
        readonly code: C;
        readonly details: InferErrors<R>[C];
        readonly error: Error;
      };
    }[keyof InferErrors<R>]
  | { readonly ok: false; readonly code: "failed"; readonly error: Error };

/** An rpc whose handler reports while it runs; `Why` is what the compiler prints of one that does not. */
export interface Reporting<Why> extends ClientAsks<Why> {
  readonly progress: object;
}

/** `RpcOptions` of whatever rpc. */
export interface CallOptions extends RequestOptions {
  onProgress?: ((progress: never) => void) | undefined;
}

/** An rpc that reports while it runs, or has a stream: iterate for what the server sends, await `result` for its answer. */
export interface ProgressStream<R extends AnyRpc> extends AsyncIterable<
  InferProgress<R> | InferChunk<R, "fromServer">
> {
  readonly result: Promise<Received<R["response"]>>;
}

export interface StreamOptions<R extends AnyRpc> extends RequestOptions<InferMetaInput<R>> {
  /** Most reports held for a slow consumer; one more aborts the rpc with a `StateError`. Default: 1,000. */
  bufferSize?: number | undefined;
}
