import { expect, it } from "vitest";
import { countTopics, type Followed, includesTopic, topicsIn, withoutTopic, withTopic } from "./followed.ts";

it.each([0, 1, 2, 3, 16, 17, 40])("keeps %i topics in the order in which they came, and lets any go", (count) => {
  const topics = Array.from({ length: count }, (_, i) => `topic-${i}`);
  const all = topics.reduce<Followed>(withTopic, undefined);
  expect([topicsIn(all), countTopics(all)]).toEqual([topics, count]);
  expect(topics.every((topic) => includesTopic(all, topic))).toBe(true);
  expect([includesTopic(all, "other"), topicsIn(withoutTopic(all, "other"))]).toEqual([false, topics]);
  let left: Followed = all;
  for (const [at, topic] of topics.entries()) {
    left = withoutTopic(left, topic);
    expect([topicsIn(left), countTopics(left)]).toEqual([topics.slice(at + 1), count - at - 1]);
    expect(includesTopic(left, topic)).toBe(false);
  }
  expect(left).toBeUndefined();
});

it("goes through what was followed at first, whoever leaves meanwhile", () => {
  const two = ["a", "b", "c"].reduce<Followed>(withTopic, undefined);
  let left: Followed = two;
  const seen: string[] = [];
  for (const topic of topicsIn(two)) {
    seen.push(topic);
    left = withoutTopic(left, "b");
  }
  expect([seen, topicsIn(left)]).toEqual([
    ["a", "b", "c"],
    ["a", "c"],
  ]);
});
