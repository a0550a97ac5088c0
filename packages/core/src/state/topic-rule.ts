import type { AnyTopic } from "../message/topic.ts";

/** What a router says of a family of topics: who may follow one of them. */
export interface TopicRule {
  readonly topic: AnyTopic;
  readonly authorize: (params: never, subject: never) => unknown;
}
