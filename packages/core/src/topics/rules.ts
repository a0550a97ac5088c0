import { aKind } from "../base/options.ts";
import { when } from "../base/when.ts";
import type { MaybePromise } from "../api/data.ts";
import type { Connection } from "../state/connection.ts";
import type { TopicRule } from "../state/topic-rule.ts";

/** The rule for a topic's family, and the topic's parameters. */
export function ruleFor(
  rules: readonly TopicRule[],
  topic: string,
): { authorize(conn: Connection): unknown } | undefined {
  for (const rule of rules) {
    const params: unknown = rule.topic.match(topic);
    if (params !== undefined) return { authorize: (conn) => rule.authorize(params as never, conn as never) };
  }
  return undefined;
}

/**
 * Whether a connection may follow a topic, by its family's rule or else by `authorizeTopic`; true where nobody is asked.
 * @throws TypeError for an answer that is neither yes nor no: an Error or a Response that was returned is no yes.
 */
export function permission(conn: Connection, topic: string): MaybePromise<boolean> {
  const { authorizeTopic, handlers } = conn.hub;
  const rules = handlers.topicRules();
  const rule = rules.length === 0 ? undefined : ruleFor(rules, topic);
  if (rule !== undefined) return when(rule.authorize(conn), verdictOf);
  return authorizeTopic === undefined ? true : when(authorizeTopic(topic, conn as never), verdictOf);
}

function verdictOf(answer: unknown): boolean {
  if (typeof answer === "boolean") return answer;
  if (answer === undefined || answer === null) return false;
  throw new TypeError(`Whoever decides on a topic has to return true to let in, or false, not ${aKind(answer)}`);
}
