import type { AnyMessage, AnyRpc, Present } from "@ws-kit/core/protocol";
import type { Client } from "../api/client.ts";
import type { Off } from "../api/off.ts";
import type { RecordedOptions } from "../api/topics.ts";
import { ask, type AskedOf, type AskedStreamOf, type AskOptions, createCalls, keyOf, unasked } from "./asking.ts";
import { CONNECTING, CONNECTION_FIELDS, UNMEASURED, watchConnection, watchLatency } from "./connection.ts";
import type { Given } from "./fields.ts";
import type { Form, GivenIn, Hooks, PlainForm, Refetched, ShownIn } from "./hooks.ts";
import { createPresence, type MembersShown, NOBODY } from "./presence.ts";
import type { Show } from "./show.ts";
import { type FollowedTopic, followTopic, listen, type Source, UNFOLLOWED } from "./topics.ts";

/** What a framework has to offer for its hooks. */
export interface Framework<F extends Form> {
  /** The client of the component that is set up. */
  readonly useClient: () => Client;
  /**
   * Something to show, and the function that changes it.
   * @param fields Of what is shown. Default: those of the first.
   */
  readonly shown: <T extends object>(first: T, fields?: (keyof T)[]) => readonly [ShownIn<F, T>, Show<T>];
  /** Reads what was given; what it reads is watched where a source does. */
  readonly read: <T>(given: GivenIn<F, T>) => T;
  /**
   * Starts once the component is there, never on a server, and again whenever the source gives another value; calls off what was
   * started before, and at the component's end.
   *
   * @param isUrgent Whether it cannot wait for others that change.
   */
  readonly whileMounted: <S>(
    start: (client: Client, now: S) => Off | void,
    source?: () => S,
    isUrgent?: boolean,
  ) => void;
}

/**
 * Makes the hooks of a framework whose components are set up once, and whose state is watched where it is read.
 *
 * @example
 * const hooks: Hooks<PlainForm> = createHooks<PlainForm>({ useClient, shown, read, whileMounted });
 */
export function createHooks<F extends Form>(framework: Framework<F>): Hooks<F> {
  // No form is looked at: what was shown is read, and handed on.
  const { useClient, shown, read, whileMounted } = framework as unknown as Framework<PlainForm>;

  function useAsked<R extends AnyRpc>(rpc: R, args: unknown[], reports: boolean): AskedStreamOf<R> & Refetched {
    const now = (): [payload?: unknown, options?: AskOptions<R>] => args.map(read) as [];
    const [asked, show] = shown<AskedStreamOf<R>>(unasked(now()[1]));
    const [round, again] = shown({ n: 0 });
    const question = (): string => `${read(round.n)} ${keyOf(rpc, ...now())}`;
    whileMounted((client) => ask(client, rpc, now(), show, reports), question);
    return Object.assign(asked, { refetch: () => again(({ n }) => ({ n: n + 1 })) });
  }

  const hooks: Hooks<PlainForm> = {
    useConnection() {
      const [connection, show] = shown(CONNECTING, CONNECTION_FIELDS);
      whileMounted((client) => watchConnection(client, show));
      return connection;
    },
    useLatency(intervalMs) {
      const [latency, show] = shown(UNMEASURED);
      whileMounted((client) => watchLatency(client, show, intervalMs));
      return latency;
    },
    useMessage(message: AnyMessage, handler: (message: never) => void, topic?: FollowedTopic<never>) {
      const client = useClient();
      const source = (): Source => (topic === undefined ? client : read(topic.subscription));
      // The next message may be of the new subscription.
      whileMounted((_client, now) => listen(now, message, handler), source, true);
    },
    useTopic(topic: Given<string>, options?: RecordedOptions): FollowedTopic<never> {
      const [followed, show] = shown(UNFOLLOWED);
      whileMounted(
        (client, name) => followTopic(client, name, options && (() => options), show),
        () => read(topic),
      );
      return followed;
    },
    usePresence<In, Out>(topic: Given<string & Present<In, Out>>, state?: Given<NoInfer<In> | undefined>) {
      const [members, show] = shown<MembersShown<Out>>(NOBODY);
      const { enter, say, update } = createPresence<In, Out>(useClient(), show);
      whileMounted(
        (_client, name: string) => enter(name),
        () => read(topic),
      );
      // Read through, so that what changes inside it is seen.
      const said = (): string => JSON.stringify(read(state));
      whileMounted(() => say(read(state)), said);
      return Object.assign(members, { update });
    },
    useRequest: (rpc, ...args) => useAsked(rpc, args, false),
    useStream: (rpc, ...args) => useAsked(rpc, args, true),
    useCall<R extends AnyRpc>(rpc: R) {
      const [asked, show] = shown<AskedOf<R>>(unasked({ enabled: false }));
      const { call, abort } = createCalls<R>(useClient(), rpc, show);
      whileMounted(() => abort);
      return Object.assign(asked, { call });
    },
  };
  return hooks as unknown as Hooks<F>;
}
