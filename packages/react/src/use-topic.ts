import type { AnyMessage, RecordedOptions } from "@ws-kit/client";
import { type FollowedLiveTopic, type FollowedTopic, followTopic, UNFOLLOWED } from "@ws-kit/client/views";
import type { Live, RecordedName } from "@ws-kit/core/protocol";
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
export function useTopic<M extends AnyMessage>(topic: RecordedName<M>, options: RecordedOptions): FollowedTopic<M>;
export function useTopic(topic: string & Live): FollowedLiveTopic;
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
