import type { AnyMessage, InferMessage, Placed } from "@ws-kit/client";
import { type FollowedTopic, listen } from "@ws-kit/client/views";
import type { NotCarried, ServerSends, WhyNot } from "@ws-kit/core/protocol";
import { useEarlyEffect, useLatest } from "./latest.ts";
import { useClient } from "./provider.ts";

/**
 * Calls the handler, as it was last rendered, for each message of this type while the component is mounted.
 *
 * @example
 * useMessage(Said, ({ payload }) => setTexts((texts) => [...texts, payload.text]));
 */
export function useMessage<M extends AnyMessage>(
  message: ServerSends<WhyNot<M, "client.on">> & M,
  handler: (message: InferMessage<M>) => void,
): void;
/** As above, of one recorded topic that `useTopic` follows. */
export function useMessage<T extends AnyMessage, M extends T>(
  message: ServerSends<NotCarried> & M,
  handler: (message: Placed<M>) => void,
  topic: FollowedTopic<T>,
): void;
export function useMessage(message: AnyMessage, handler: (message: never) => void, topic?: FollowedTopic<never>): void {
  const client = useClient();
  const latest = useLatest(handler);
  const isOfTopic = topic !== undefined;
  const source = isOfTopic ? topic.subscription : client;
  useEarlyEffect(() => {
    return listen(source, message, (received) => latest.current(received));
  }, [source, message, latest]);
}
