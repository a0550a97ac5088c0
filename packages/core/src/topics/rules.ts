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

/** Whether a connection may follow a topic, by its family's rule or else by `authorizeTopic`; true where nobody is asked. */
export function permission(conn: Connection, topic: string): unknown {
  const { authorizeTopic, handlers } = conn.hub;
  const rules = handlers.topicRules();
  const rule = rules.length === 0 ? undefined : ruleFor(rules, topic);
  if (rule !== undefined) return rule.authorize(conn);
  return authorizeTopic === undefined ? true : authorizeTopic(topic, conn as never);
}
