import { type AnyTopic, checkTopics } from "../message/topic.ts";
import { told } from "../message/untold-topics.ts";
import type { Engine } from "../ports/engine.ts";
import type { TopicRule } from "../state/topic-rule.ts";

/** The families of topics that one router knows, and what it says of them. */
export class DeclaredTopics {
  readonly families: AnyTopic[];
  readonly rules: TopicRule[] = [];

  /** @throws Error where one name would be of two of them. */
  constructor(families: readonly AnyTopic[]) {
    checkTopics(families);
    this.families = [...families];
    told(families);
  }

  /**
   * @param late The router is served already: no new family can come.
   * @throws Error for a family that has a rule, that comes too late, or is like another one.
   */
  add(rule: TopicRule, late: boolean): void {
    const { topic } = rule;
    if (this.rules.some((other) => other.topic === topic)) throw new Error(`${topic.pattern} has a rule already`);
    if (!this.families.includes(topic)) {
      if (late) throw new Error(`${topic.pattern} comes too late: a router that is served knows its topics`);
      checkTopics([...this.families, topic]);
      this.families.push(topic);
      told([topic]);
    }
    this.rules.push(rule);
  }
}

/** Those of several routers, each once. @throws Error where one name would be of two of them. */
export function allDeclared(routers: readonly DeclaredTopics[]): AnyTopic[] {
  const all = [...new Set(routers.flatMap(({ families }) => families))];
  if (routers.length > 1) checkTopics(all);
  return all;
}

/** Whether a message on a topic is recorded, as of these families. */
export function isRecorded(families: readonly AnyTopic[], topic: string, type: string): boolean {
  const family = families.find(({ history, match }) => history !== undefined && match(topic) !== undefined);
  return family?.ephemeral.every((message) => message.type !== type) === true;
}

/** @throws Error for an engine that keeps nothing, and so would bring recorded messages to each server in another order. */
export function checkHistory(families: readonly AnyTopic[], engine: Engine | undefined): void {
  const kept = families.find(({ history }) => history !== undefined);
  if (kept === undefined || engine === undefined) return;
  if ((engine.shards ?? [engine]).every(({ records }) => records === true)) return;
  throw new Error(
    `${kept.pattern} has a history, which the engine ${JSON.stringify(engine.name)} does not keep: serve it from one process, or without a history`,
  );
}

/** @throws Error for an engine that cannot say who is on other nodes. */
export function checkPresence(families: readonly AnyTopic[], engine: Engine | undefined): void {
  const present = families.find(({ presence }) => presence !== undefined);
  if (present === undefined || engine === undefined) return;
  if ((engine.shards ?? [engine]).every(({ members }) => members === true)) return;
  throw new Error(
    `${present.pattern} has a presence, which the engine ${JSON.stringify(engine.name)} does not keep: serve it from one process`,
  );
}
