import { expect, it } from "vitest";
import { Followers } from "./followers.ts";

it("knows a topic as long as somebody follows it, and again when somebody does", () => {
  const followers = new Followers<string>();
  expect(followers.add("t", "a")?.size).toBe(1);
  expect(followers.add("t", "a")).toBeUndefined();
  expect(followers.add("t", "b")?.size).toBe(2);
  expect([followers.delete("t", "a"), followers.delete("t", "a"), followers.delete("t", "b")]).toEqual([
    false,
    false,
    true,
  ]);
  expect([followers.of("t"), [...followers.names()], followers.delete("t", "b")]).toEqual([undefined, [], false]);
  expect(followers.add("t", "c")?.size).toBe(1);
  expect([[...(followers.of("t") ?? [])], [...followers.names()]]).toEqual([["c"], ["t"]]);
});

it("counts what is published, and who is behind, anew for whoever comes next", () => {
  const followers = new Followers<string>();
  const first = followers.add("t", "a");
  first?.lag("a");
  if (first !== undefined) first.published = 100;
  followers.delete("t", "a");
  const next = followers.add("t", "b");
  expect([next?.published, next?.lagging]).toEqual([0, undefined]);
});

it("keeps no more topics that nobody follows than there are others, and a few", () => {
  const followers = new Followers<string>();
  const kept = (followers as unknown as { byTopic: Map<string, unknown> }).byTopic;
  for (let i = 0; i < 1_000; i++) followers.add(`t${i}`, "a");
  for (let i = 0; i < 990; i++) followers.delete(`t${i}`, "a");
  expect(kept.size).toBeLessThan(200);
  expect([...followers.names()]).toHaveLength(10);
  for (let i = 0; i < 10_000; i++) {
    followers.add(`u${i}`, "a");
    followers.delete(`u${i}`, "a");
  }
  expect(kept.size).toBeLessThan(200);
});
