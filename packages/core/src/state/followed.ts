/**
 * The topics of one connection, in the order in which it joined them: the one that most follow as it is, a few in a
 * list, many in a set. Whether it follows a topic is cheaper asked of the topic's followers.
 */
export type Followed = string | readonly string[] | Set<string> | undefined;

/** Up to here a look through all takes less time, and less memory, than a set. */
const MOST_LISTED = 16;

/** @param topic One that is not among them. */
export function withTopic(followed: Followed, topic: string): Followed {
  if (followed === undefined) return topic;
  if (typeof followed === "string") return [followed, topic];
  if (followed instanceof Set) return followed.add(topic);
  return followed.length < MOST_LISTED ? [...followed, topic] : new Set(followed).add(topic);
}

export function withoutTopic(followed: Followed, topic: string): Followed {
  if (!includesTopic(followed, topic)) return followed;
  if (followed instanceof Set) {
    followed.delete(topic);
    return followed.size > 0 ? followed : undefined;
  }
  if (typeof followed === "string" || followed === undefined) return undefined;
  const left = followed.filter((other) => other !== topic);
  return left.length > 1 ? left : left[0];
}

export function includesTopic(followed: Followed, topic: string): boolean {
  if (typeof followed === "string") return followed === topic;
  if (followed === undefined) return false;
  return followed instanceof Set ? followed.has(topic) : followed.includes(topic);
}

export function topicsIn(followed: Followed): string[] {
  if (followed === undefined) return [];
  return typeof followed === "string" ? [followed] : [...followed];
}

export function countTopics(followed: Followed): number {
  if (followed === undefined) return 0;
  if (typeof followed === "string") return 1;
  return followed instanceof Set ? followed.size : followed.length;
}
