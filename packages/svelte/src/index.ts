import type { AnyMessage, AnyRpc, Placed, RecordedOptions } from "@ws-kit/client";
import type {
  AskedOf,
  AskedStreamOf,
  FollowedTopic,
  Given,
  GivenArgs,
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
import { onMount } from "svelte";
import { useClient } from "./provider.ts";
import { shown, whileMounted } from "./shown.ts";

export { provideClient, useClient } from "./provider.ts";

/**
 * Where the connection stands, with the circumstances of its last change: `code` and `reason` where it was closed, `delayMs`
 * and `attempt` where it waits to dial again.
 *
 * @example
 * const connection = useConnection(); // {connection.state}
 */
export function useConnection(): views.Connection {
  const [fields, show] = shown(views.CONNECTING, views.CONNECTION_FIELDS);
  whileMounted((client) => views.watchConnection(client, show));
  return fields;
}

/**
 * Round trip of the last heartbeat in milliseconds, `ms`; undefined before the first.
 *
 * @param intervalMs How often it is looked at. Default: 1,000.
 */
export function useLatency(intervalMs?: number): views.Latency {
  const [fields, show] = shown(views.UNMEASURED);
  whileMounted((client) => views.watchLatency(client, show, intervalMs));
  return fields;
}

/**
 * Calls the handler for each message of this type while the component is mounted.
 *
 * @param topic A recorded topic that `useTopic` follows: its messages alone, which say where they stand.
 * @example
 * useMessage(Said, ({ payload }) => texts.push(payload.text));
 */
export function useMessage<M extends AnyMessage>(
  message: ServerSends<WhyNot<M, "client.on">> & M,
  handler: Handler<M>,
): void;
export function useMessage<T extends AnyMessage, M extends T>(
  message: ServerSends<NotCarried> & M,
  handler: (message: Placed<M>) => void,
  topic: FollowedTopic<T>,
): void;
export function useMessage(message: AnyMessage, handler: (message: never) => void, topic?: FollowedTopic<never>): void {
  const from: Given<views.Source> = topic === undefined ? useClient() : () => topic.subscription;
  whileMounted((_client, now) => views.listen(now, message, handler), from);
}

/**
 * Follows a topic while the component is mounted, now and on each new connection. Several components that follow one share it.
 * Another name follows the other topic instead.
 *
 * @example
 * const room = useTopic(() => Room({ id }), { onGap: () => reload() });
 * useMessage(Said, ({ payload }) => append(payload), room);
 */
export function useTopic<M extends AnyMessage>(
  topic: Given<TopicName<M> & NeedsHistory<NoGaps>>,
  options: RecordedOptions,
): FollowedTopic<M>;
export function useTopic(topic: Given<string & Live<NeedsOnGap>>): views.FollowedLiveTopic;
export function useTopic(topic: Given<string>, options?: RecordedOptions): FollowedTopic<never> {
  const [fields, show] = shown(views.UNFOLLOWED);
  whileMounted((client, name) => views.followTopic(client, name, options && (() => options), show), topic);
  return fields;
}

/**
 * Follows a topic while the component is mounted, and tells who is there. With a state this client is there as well, until
 * the component is destroyed or the state is undefined; another state replaces what was said. Of several components that give
 * a state in one topic the last one speaks.
 *
 * @throws TypeError where the client does not have the part `presence()`.
 * @example
 * const room = usePresence(() => Room({ id }), () => ({ name, idle })); // {room.count}
 */
export function usePresence<In, Out>(
  topic: Given<string & Present<In, Out>>,
  state?: Given<NoInfer<In> | undefined>,
): views.MembersShown<Out> & { readonly update: (part: Partial<In>) => void } {
  const [fields, show] = shown<views.MembersShown<Out>>(views.NOBODY);
  const { enter, say, update } = views.createPresence<In, Out>(useClient(), show);
  whileMounted((_client, name) => enter(name), topic as Given<string>);
  // Read through, so that what changes inside it is seen.
  const said = (): string => JSON.stringify(views.read(state));
  whileMounted(() => say(views.read(state)), said);
  return Object.assign(fields, { update });
}

/** What became of a question; `refetch` asks once more. */
export type RequestFields<T> = T & { readonly refetch: () => void };

/**
 * Asks when the component is mounted, and again when what is asked changes. Another question, or an end of the
 * component, aborts the one under way, here and on the server. What a slower, older request answers is never shown.
 *
 * @example
 * const user = useRequest(GetUser, () => ({ id })); // {user.data?.name}
 */
export function useRequest<R extends AnyRpc>(
  rpc: ClientRequests<WhyNot<R, "client.request(rpc)">> & R,
  ...args: GivenArgs<R>
): RequestFields<AskedOf<R>> {
  return useAsked<R>(rpc, args, false);
}

/**
 * Asks an rpc that reports while it runs, as `useRequest` does, and shows each report.
 *
 * @example
 * const rows = useStream(Import, () => ({ file })); // {rows.progress?.done}
 */
export function useStream<R extends AnyRpc>(
  rpc: Reporting<WhyNotShown<R>> & R,
  ...args: GivenArgs<R>
): RequestFields<AskedStreamOf<R>> {
  return useAsked<R>(rpc, args, true);
}

function useAsked<R extends AnyRpc>(rpc: R, args: unknown[], reports: boolean): RequestFields<AskedStreamOf<R>> {
  const now = (): [payload?: unknown, options?: views.AskOptions<R>] => args.map(views.read) as [];
  const [fields, show] = shown<AskedStreamOf<R>>(views.unasked(now()[1]));
  const [round, again] = shown({ n: 0 });
  const question = (): string => `${round.n} ${views.keyOf(rpc, ...now())}`;
  whileMounted((client) => views.ask(client, rpc, now(), show, reports), question);
  return Object.assign(fields, { refetch: () => again(({ n }) => ({ n: n + 1 })) });
}

/**
 * A request that an event asks: a form, a button. The state is of the last call; the component's end aborts what is under way.
 *
 * @example
 * const renaming = useCall(Rename); // renaming.call({ name }), {renaming.isPending}
 */
export function useCall<R extends AnyRpc>(
  rpc: ClientRequests<WhyNot<R, "client.request(rpc)">> & R,
): AskedOf<R> & { readonly call: views.Call<R> } {
  const [fields, show] = shown<AskedOf<R>>(views.unasked({ enabled: false }));
  const { call, abort } = views.createCalls<R>(useClient(), rpc, show);
  onMount(() => abort);
  return Object.assign(fields, { call });
}
