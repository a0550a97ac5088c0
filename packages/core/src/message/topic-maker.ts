import { type AnyTopic, topic } from "./topic.ts";

/**
 * Makes `topic` for a package that knows its validator's schemas.
 *
 * @param check Looks at the schema of a presence's state, which may be another validator's: throws for one of its own that JSON
 *   cannot carry.
 */
export function topicMaker(check: (state: object, what: string) => void): typeof topic {
  return ((...given: unknown[]) => {
    const made = (topic as unknown as (...given: unknown[]) => AnyTopic)(...given);
    const state: unknown = made.presence?.state;
    if (typeof state === "object" && state !== null) check(state, `state in the presence of ${made.pattern}`);
    return made;
  }) as unknown as typeof topic;
}
