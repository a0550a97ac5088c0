import type { AnyRpc, InferMetaInput, InferPayload, InferProgress, SendArgsOf, WhyNot } from "@ws-kit/core/protocol";
import type { Client } from "../api/client.ts";
import type { RequestArgs, RequestOptions, RpcOptions } from "../api/requests.ts";
import type { Off } from "../api/off.ts";
import type { Show } from "./show.ts";

/** What became of a request so far. */
export interface Asked<T> {
  /** The payload of the last answer; kept while a new one is awaited. */
  readonly data: T | undefined;
  /** What the last request failed with: a ServerError, TimeoutError or another of the client's. */
  readonly error: Error | undefined;
  readonly isPending: boolean;
}

/** As above, of one that reports while it runs. */
export interface AskedStream<T, P> extends Asked<T> {
  /** The last report on the question that is asked; undefined before the first. */
  readonly progress: P | undefined;
}

/** The payload of an rpc's answer. */
export type Answer<R extends AnyRpc> = InferPayload<R["response"]>;

/** What became of this rpc. */
export type AskedOf<R extends AnyRpc> = Asked<Answer<R>>;

/** What became of this rpc, which reports. */
export type AskedStreamOf<R extends AnyRpc> = AskedStream<Answer<R>, InferProgress<R>>;

/** Options of a question that a component asks while it is there. */
export interface AskOptions<R extends AnyRpc> extends Omit<RequestOptions<InferMetaInput<R>>, "signal"> {
  /** False asks nothing, now. Default: true. */
  enabled?: boolean | undefined;
  /** Asks anew when it changes. Default: the payload, as JSON. */
  key?: string | undefined;
}

/** Why a component cannot show what an rpc reports. */
export type WhyNotShown<R extends AnyRpc> = [WhyNot<R, "client.request(rpc)">] extends [never]
  ? R extends { readonly progress: object }
    ? never
    : "This rpc declares no progress: ask it with useRequest()"
  : WhyNot<R, "client.request(rpc)">;

/** What follows an rpc that a component asks: the payload, and options. */
export type AskArgs<R extends AnyRpc, Options = AskOptions<R>> = R extends { readonly stream: undefined }
  ? SendArgsOf<R, Options>
  : [payload: "This rpc has a stream: iterate client.stream(), of a client that uses streams()"];

/** Names what is asked, and whether it is: a component asks anew where that is another one. */
export function keyOf<R extends AnyRpc>(rpc: R, payload?: unknown, options: AskOptions<R> = {}): string {
  const { enabled = true, key = JSON.stringify(payload, plain) } = options;
  return `${enabled} ${rpc.type} ${key}`;
}

/** Also of what a schema or a codec makes carried. */
function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}

/** What is shown before the first question. */
export function unasked(options: { enabled?: boolean | undefined } = {}): AskedStream<never, never> {
  return { data: undefined, error: undefined, isPending: options.enabled ?? true, progress: undefined };
}

/**
 * Asks, and shows what becomes of it; nothing more once it is called off, which aborts the request here and on the server.
 *
 * @param args The payload, and `AskOptions`.
 * @param reports Whether to show progress.
 */
export function ask<R extends AnyRpc>(
  client: Client,
  rpc: R,
  args: readonly unknown[],
  show: Show<AskedStreamOf<R>>,
  reports = false,
): Off {
  const [payload, { enabled = true, key: _key, ...options } = {}] = args as [unknown, AskOptions<R>?];
  if (!enabled) {
    show((now) => (now.isPending ? { ...now, isPending: false } : now));
    return () => {};
  }
  const controller = new AbortController();
  const { signal } = controller;
  const tell: typeof show = (change) => {
    if (!signal.aborted) show(change);
  };
  tell((now) =>
    now.isPending && now.error === undefined && now.progress === undefined
      ? now
      : { data: now.data, error: undefined, isPending: true, progress: undefined },
  );
  const onProgress = reports && {
    onProgress: (progress: InferProgress<R>) => tell((now) => ({ ...now, progress })),
  };
  const call = [payload, { ...options, ...onProgress, signal }] as unknown as RequestArgs<R>;
  client.request(rpc, ...call).then(
    (answer) => tell(({ progress }) => ({ data: answer.payload, error: undefined, isPending: false, progress })),
    (error: Error) => tell(({ data, progress }) => ({ data, error, isPending: false, progress })),
  );
  return () => controller.abort();
}

/** Asks, and gives the answer's payload. @throws what `client.request` throws. */
export type Call<R extends AnyRpc> = (...args: RequestArgs<R>) => Promise<Answer<R>>;

/** Requests that events ask, one after the other or at once: a form's, a button's. */
export interface Calls<R extends AnyRpc> {
  readonly call: Call<R>;
  /** Aborts those that are under way. */
  readonly abort: () => void;
}

/** Shows what becomes of the last call; those that are overtaken run on. */
export function createCalls<R extends AnyRpc>(client: Client, rpc: R, show: Show<AskedOf<R>>): Calls<R> {
  const running = new Set<AbortController>();
  let last: AbortController | undefined;
  const call: Call<R> = async (...args) => {
    const [payload, options = {}] = args as unknown as [unknown, RpcOptions<R>?];
    const controller = new AbortController();
    const { signal } = controller;
    const abort = (): void => controller.abort(options.signal?.reason);
    options.signal?.addEventListener("abort", abort);
    if (options.signal?.aborted === true) abort();
    running.add(controller);
    last = controller;
    const tell = (news: AskedOf<R>): void => {
      if (last === controller && running.has(controller)) show(() => news);
    };
    show(({ data }) => ({ data, error: undefined, isPending: true }));
    try {
      const whole = [payload, { ...options, signal }] as unknown as RequestArgs<R>;
      const data = (await client.request(rpc, ...whole)).payload;
      tell({ data, error: undefined, isPending: false });
      return data;
    } catch (error) {
      tell({ data: undefined, error: error as Error, isPending: false });
      throw error;
    } finally {
      running.delete(controller);
      options.signal?.removeEventListener("abort", abort);
    }
  };
  return { call, abort: () => running.forEach((controller) => controller.abort()) };
}
