import type {
  AnyRpc,
  ClientAsks,
  InferChunkInput,
  InferMetaInput,
  Received,
  SendArgs,
  InferInput,
  SendOptions,
  WhyNot,
} from "@ws-kit/core/protocol";
import type { ProgressStream, Reporting, StreamOptions } from "./requests.ts";

/** Where items come from: asked for the next one only when the server has room for it, and told when it wants no more. */
export type ItemSource<T> = AsyncIterable<T> | Iterable<T | Promise<T>> | ReadableStream<T>;

export interface StreamingRequestOptions<MetaIn = unknown> extends SendOptions<MetaIn> {
  /**
   * Milliseconds in which nothing of the streams moves, waiting for a connection included, after which the request fails with a
   * `TimeoutError`. The server has a maximum of its own (`maxRequestTimeoutMs`). A bound for the whole is
   * `signal: AbortSignal.timeout(ms)`. Default: 30,000.
   */
  timeoutMs?: number | undefined;
  /** Aborting rejects with a `StateError` and tells the server, whose `ctx.signal` aborts. */
  signal?: AbortSignal | undefined;
}

interface Sending<T> {
  /** What goes to the server. An error that it throws ends the request, and is what that rejects with. */
  send: ItemSource<T>;
}

/** What follows an rpc in `client.stream(rpc, …)`. */
export type StreamArgs<R extends AnyRpc> = R["stream"] extends { readonly fromClient: object }
  ? [
      payload: InferInput<R>,
      options: StreamingRequestOptions<InferMetaInput<R>> &
        Sending<InferChunkInput<R, "fromClient">> &
        (object extends InferMetaInput<R> ? unknown : { meta: InferMetaInput<R> }),
    ]
  : SendArgs<
      InferInput<R>,
      InferMetaInput<R>,
      (R["stream"] extends object ? StreamingRequestOptions<InferMetaInput<R>> : StreamOptions<R>) & {
        send?: "The client sends nothing beside this rpc: it declares no stream.fromClient" | undefined;
      }
    >;

/** A request beside which items travel. */
export interface StreamingCall<R extends AnyRpc> extends ProgressStream<R> {
  /** Its answer. What the server sends has to be iterated as well: what nobody asks for here, it waits for. */
  readonly result: Promise<Received<R["response"]>>;
}

/** An rpc that has a stream, or reports while it runs; `Why` is what the compiler prints of one that does neither. */
export type Streaming<Why> = (ClientAsks<Why> & { readonly stream: object }) | Reporting<Why>;

type WhyNotStreamed<R extends AnyRpc> = [WhyNot<R, "client.request">] extends [never]
  ? R extends { readonly stream: object } | { readonly progress: object }
    ? never
    : "This rpc has no stream and declares no progress: ask it with client.request()"
  : WhyNot<R, "client.request">;

/** What `streams()` gives a client. */
export interface StreamsSurface {
  /**
   * Asks an rpc with a stream: iterate for what the server sends, await `result` for its answer. Leaving the loop early, or
   * aborting `signal`, calls it off. One that reports while it runs is iterated for its progress.
   *
   * @example
   * const call = client.stream(Translate, { to: "de" }, { send: sentences });
   * for await (const { text } of call) show(text);
   * const { payload } = await call.result;
   */
  stream<R extends AnyRpc>(rpc: Streaming<WhyNotStreamed<R>> & R, ...args: StreamArgs<R>): StreamingCall<R>;
}
