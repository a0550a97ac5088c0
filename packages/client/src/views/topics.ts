import type { AnyMessage, InferMessage, RecordedName } from "@ws-kit/core/protocol";
import type { Client } from "../api/client.ts";
import type { Off } from "../api/off.ts";
import type { LiveSubscription, RecordedOptions, Subscribed, Subscription } from "../api/topics.ts";
import type { Show } from "./show.ts";

/** A recorded topic that is followed while a component is there. */
export interface FollowedTopic<M extends AnyMessage> {
  /** Undefined until the component is. */
  readonly subscription: Subscription<M> | undefined;
  /** What the server answered first; undefined until then. */
  readonly status: Subscribed["status"] | undefined;
  /** Why it may not be followed. */
  readonly error: Error | undefined;
}

/** One without a history, whose messages do not say of which topic they are. */
export interface FollowedLiveTopic extends Omit<FollowedTopic<never>, "subscription"> {
  readonly subscription: LiveSubscription | undefined;
}

/** What is shown of a topic before it is followed. */
export const UNFOLLOWED: FollowedTopic<never> = { subscription: undefined, status: undefined, error: undefined };

/**
 * Follows a topic until it is called off, and shows at once the subscription, so that whoever listens to it does before the
 * first message.
 *
 * @param options Those of a recorded topic, looked at when they are needed; undefined for one without a history.
 */
export function followTopic(
  client: Client,
  topic: string,
  options: (() => RecordedOptions) | undefined,
  show: Show<FollowedTopic<never>>,
): Off {
  const subscription = subscribe(client, topic, options);
  let isOver = false;
  show(() => ({ ...UNFOLLOWED, subscription }));
  const tell = (news: Partial<FollowedTopic<never>>): void =>
    show((now) => (now.subscription === subscription ? { ...now, ...news } : now));
  subscription.ready.then(
    ({ status }) => tell({ status }),
    (error: Error) => {
      if (!isOver) tell({ error });
    },
  );
  return () => {
    isOver = true;
    subscription.unsubscribe();
  };
}

function subscribe(client: Client, topic: string, options?: () => RecordedOptions): Subscription<never> {
  if (options === undefined) return client.subscribe(topic) as Subscription<never>;
  const { since } = options();
  const onGap: RecordedOptions["onGap"] = (gap) => options().onGap(gap);
  return client.subscribe(topic as RecordedName<never>, since === undefined ? { onGap } : { onGap, since });
}

/** What is called for each of them. */
export type Handler<M extends AnyMessage> = (message: InferMessage<M>) => void;

/** What messages come from: a client, or one recorded topic, which may not be followed yet. */
export type Source = Client | Subscription<never> | undefined;

/** Calls the handler for each message of this type that comes from there. */
export function listen(source: Source, message: AnyMessage, handler: (message: never) => void): Off {
  if (source === undefined) return () => {};
  return (source.on as (message: AnyMessage, handler: (message: never) => void) => Off)(message, handler);
}
