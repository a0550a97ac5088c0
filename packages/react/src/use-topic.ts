import type { AnyMessage, RecordedOptions } from "@ws-kit/client";
import {
  type FollowedLiveTopic,
  type FollowedTopic,
  followTopic,
  type NeedsOnGap,
  type NoGaps,
  UNFOLLOWED,
} from "@ws-kit/client/views";
import type { Live, NeedsHistory, TopicName } from "@ws-kit/core/protocol";
import { useState } from "react";
import { useEarlyEffect, useLatest } from "./latest.ts";
import { useClient } from "./provider.ts";

/**
 * Follows a topic while the component is mounted, now and on each new connection. Several components that follow one share it.
 * Another name follows the other topic instead.
 *
 * @example
 * const room = useTopic(Room({ id }), { onGap: () => reload() });
 * useMessage(Said, ({ payload }) => append(payload), room);
 */
export function useTopic<M extends AnyMessage>(
  topic: TopicName<M> & NeedsHistory<NoGaps>,
  options: RecordedOptions,
): FollowedTopic<M>;
export function useTopic(topic: string & Live<NeedsOnGap>): FollowedLiveTopic;
export function useTopic(topic: string, options?: RecordedOptions): FollowedTopic<never> {
  const client = useClient();
  const latest = useLatest(options);
  const [followed, setFollowed] = useState<FollowedTopic<never>>(UNFOLLOWED);
  const isRecorded = options !== undefined;
  useEarlyEffect(
    () => followTopic(client, topic, isRecorded ? () => latest.current as RecordedOptions : undefined, setFollowed),
    [client, topic, isRecorded, latest],
  );
  // Between a new name and its effect, what is known is of the old one.
  return followed.subscription?.topic === topic ? followed : UNFOLLOWED;
}
