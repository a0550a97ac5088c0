import type { AnyMessage, AnyRpc, Placed, RecordedOptions } from "@ws-kit/client";
import type {
  AskedOf,
  AskedStreamOf,
  FollowedTopic,
  Handler,
  NeedsOnGap,
  NoGaps,
  Reporting,
  WhyNotShown,
} from "@ws-kit/client/views";
import * as views from "@ws-kit/client/views";
import type {
  ClientRequests,
  Live,
  NeedsHistory,
  NotCarried,
  Present,
  ServerSends,
  TopicName,
  WhyNot,
} from "@ws-kit/core/protocol";
import { type MaybeRefOrGetter as Given, onScopeDispose, shallowRef, toValue } from "vue";
import { useClient } from "./provider.ts";
import { type Refs, shown, whileMounted } from "./shown.ts";

export { useClient, wsKit, type WsKitOptions } from "./provider.ts";
export type { Refs } from "./shown.ts";

/**
 * Where the connection stands, with the circumstances of its last change: `code` and `reason` where it was closed, `delayMs`
 * and `attempt` where it waits to dial again.
 *
 * @example
 * const { state, attempt } = useConnection();
 */
export function useConnection(): Refs<views.Connection> {
  const [refs, show] = shown(views.CONNECTING, views.CONNECTION_FIELDS);
  whileMounted((client) => views.watchConnection(client, show));
  return refs;
}

/**
 * Round trip of the last heartbeat in milliseconds, `ms`; undefined before the first.
 *
 * @param intervalMs How often it is looked at. Default: 1,000.
 */
export function useLatency(intervalMs?: number): Refs<views.Latency> {
  const [refs, show] = shown(views.UNMEASURED);
  whileMounted((client) => views.watchLatency(client, show, intervalMs));
  return refs;
}

/**
 * Calls the handler for each message of this type while the component is mounted.
 *
 * @param topic A recorded topic that `useTopic` follows: its messages alone, which say where they stand.
 * @example
 * useMessage(Said, ({ payload }) => texts.value.push(payload.text));
 */
export function useMessage<M extends AnyMessage>(
  message: ServerSends<WhyNot<M, "client.on">> & M,
  handler: Handler<M>,
): void;
export function useMessage<T extends AnyMessage, M extends T>(
  message: ServerSends<NotCarried> & M,
  handler: (message: Placed<M>) => void,
  topic: Refs<FollowedTopic<T>>,
): void;
export function useMessage(
  message: AnyMessage,
  handler: (message: never) => void,
  topic?: Refs<FollowedTopic<never>>,
): void {
  // At once: the next message may be of the new subscription.
  const from: Given<views.Source> = topic === undefined ? useClient() : topic.subscription;
  whileMounted((_client, now) => views.listen(now, message, handler), from, "sync");
}

/**
 * Follows a topic while the component is mounted, now and on each new connection. Several components that follow one share it.
 * Another name follows the other topic instead.
 *
 * @example
 * const room = useTopic(() => Room({ id: props.id }), { onGap: () => reload() });
 * useMessage(Said, ({ payload }) => append(payload), room);
 */
export function useTopic<M extends AnyMessage>(
  topic: Given<TopicName<M> & NeedsHistory<NoGaps>>,
  options: RecordedOptions,
): Refs<FollowedTopic<M>>;
export function useTopic(topic: Given<string & Live<NeedsOnGap>>): Refs<views.FollowedLiveTopic>;
export function useTopic(topic: Given<string>, options?: RecordedOptions): Refs<FollowedTopic<never>> {
  const [refs, show] = shown(views.UNFOLLOWED);
  whileMounted((client, name) => views.followTopic(client, name, options && (() => options), show), topic);
  return refs;
}

/**
 * Follows a topic while the component is mounted, and tells who is there. With a state this client is there as well, until
 * the component is unmounted or the state is undefined; another state replaces what was said. Of several components that give
 * a state in one topic the last one speaks.
 *
 * @throws TypeError where the client does not have the part `presence()`.
 * @example
 * const { members } = usePresence(() => Room({ id: props.id }), () => ({ name, idle: idle.value }));
 */
export function usePresence<In, Out>(
  topic: Given<string & Present<In, Out>>,
  state?: Given<NoInfer<In> | undefined>,
): Refs<views.MembersShown<Out>> & { readonly update: (part: Partial<In>) => void } {
  const [refs, show] = shown<views.MembersShown<Out>>(views.NOBODY);
  const { enter, say, update } = views.createPresence<In, Out>(useClient(), show);
  whileMounted((_client, name) => enter(name), topic as Given<string>);
  // Read through, so that what changes inside it is seen.
  const said = (): string => JSON.stringify(toValue(state));
  whileMounted(() => say(toValue(state)), said);
  return { ...refs, update };
}

/** What an rpc is asked with: each value as it is, in a ref, or as a function that reads it. */
export type Arguments<R extends AnyRpc, Args = views.AskArgs<R>> = { [I in keyof Args]: Given<Args[I]> };

/** What became of a question; `refetch` asks once more. */
export type RequestRefs<T> = Refs<T> & { readonly refetch: () => void };

/**
 * Asks when the component is mounted, and again when what is asked changes. Another question, or unmounting, aborts the one
 * under way, here and on the server. What a slower, older request answers is never shown.
 *
 * @example
 * const { data, error, isPending } = useRequest(GetUser, () => ({ id: props.id }));
 */
export function useRequest<R extends AnyRpc>(
  rpc: ClientRequests<WhyNot<R, "client.request(rpc)">> & R,
  ...args: Arguments<R>
): RequestRefs<AskedOf<R>> {
  return useAsked<R>(rpc, args, false);
}

/**
 * Asks an rpc that reports while it runs, as `useRequest` does, and shows each report.
 *
 * @example
 * const { progress, data } = useStream(Import, () => ({ file: props.file }));
 */
export function useStream<R extends AnyRpc>(
  rpc: Reporting<WhyNotShown<R>> & R,
  ...args: Arguments<R>
): RequestRefs<AskedStreamOf<R>> {
  return useAsked<R>(rpc, args, true);
}

function useAsked<R extends AnyRpc>(rpc: R, args: unknown[], reports: boolean): RequestRefs<AskedStreamOf<R>> {
  const now = (): [payload?: unknown, options?: views.AskOptions<R>] => args.map(toValue) as [];
  const [refs, show] = shown<AskedStreamOf<R>>(views.unasked(now()[1]));
  const round = shallowRef(0);
  const question = (): string => `${round.value} ${views.keyOf(rpc, ...now())}`;
  whileMounted((client) => views.ask(client, rpc, now(), show, reports), question);
  return { ...refs, refetch: () => void round.value++ };
}

/**
 * A request that an event asks: a form, a button. The state is of the last call; unmounting aborts what is under way.
 *
 * @example
 * const { call: rename, isPending, error } = useCall(Rename);
 */
export function useCall<R extends AnyRpc>(
  rpc: ClientRequests<WhyNot<R, "client.request(rpc)">> & R,
): Refs<AskedOf<R>> & { readonly call: views.Call<R> } {
  const [refs, show] = shown<AskedOf<R>>(views.unasked({ enabled: false }));
  const { call, abort } = views.createCalls<R>(useClient(), rpc, show);
  onScopeDispose(abort);
  return { ...refs, call };
}
