import type { AnyMessage, Client, LiveSubscription, RecordedOptions, Subscribed, Subscription } from "@ws-kit/client";
import type { Live, RecordedName } from "@ws-kit/core/protocol";
import { useState } from "react";
import { useEarlyEffect, useLatest } from "./latest.ts";
import { useClient } from "./provider.ts";

/** A topic that is followed while the component is mounted. */
export interface FollowedTopic<M extends AnyMessage> {
  /** Undefined until the component has mounted. */
  readonly subscription: Subscription<M> | undefined;
  /** What the server answered first; undefined until then. */
  readonly status: Subscribed["status"] | undefined;
  /** Why it may not be followed. */
  readonly error: Error | undefined;
}

/** One without a history, whose messages go to `useMessage` without a topic. */
export interface FollowedLiveTopic extends Omit<FollowedTopic<never>, "subscription"> {
  readonly subscription: LiveSubscription | undefined;
}

/**
 * Follows a topic while the component is mounted, now and on each new connection. Several components that follow one share it.
 * Another name follows the other topic instead.
 *
 * @example
 * const room = useTopic(Room({ id }), { onGap: () => reload() });
 * useMessage(Said, ({ payload }) => append(payload), room);
 */
export function useTopic<M extends AnyMessage>(topic: RecordedName<M>, options: RecordedOptions): FollowedTopic<M>;
export function useTopic(topic: string & Live): FollowedLiveTopic;
export function useTopic(topic: string, options?: RecordedOptions): FollowedTopic<never> {
  const client = useClient();
  const latest = useLatest(options);
  const [followed, setFollowed] = useState<FollowedTopic<never> & { of: string }>({ ...NOTHING_YET, of: topic });
  const isRecorded = options !== undefined;
  useEarlyEffect(() => {
    const subscription = subscribe(client, topic, isRecorded, () => latest.current);
    // Rendered at once, so that whoever listens to it does before the first message.
    setFollowed({ ...NOTHING_YET, subscription, of: topic });
    const told = (news: Partial<FollowedTopic<never>>): void =>
      setFollowed((now) => (now.subscription === subscription ? { ...now, ...news } : now));
    subscription.ready.then(
      ({ status }) => told({ status }),
      (error: Error) => told({ error }),
    );
    return () => subscription.unsubscribe();
  }, [client, topic, isRecorded, latest]);
  // Between a new name and its effect, what is known is of the old one.
  return followed.of === topic ? followed : NOTHING_YET;
}

const NOTHING_YET: FollowedTopic<never> = { subscription: undefined, status: undefined, error: undefined };

function subscribe(
  client: Client,
  topic: string,
  isRecorded: boolean,
  options: () => RecordedOptions | undefined,
): Subscription<never> {
  if (!isRecorded) return client.subscribe(topic) as Subscription<never>;
  const since = options()?.since;
  const onGap: RecordedOptions["onGap"] = (gap) => options()?.onGap(gap);
  return client.subscribe(topic as RecordedName<never>, since === undefined ? { onGap } : { onGap, since });
}
