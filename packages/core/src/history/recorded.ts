import type { Clock } from "../base/clock.ts";
import type { History } from "../message/history.ts";
import type { AnyTopic } from "../message/topic.ts";
import type { TopicLog } from "../ports/topic-log.ts";
import { Claims } from "./claims.ts";
import { Grants } from "./grants.ts";
import { MemoryLog } from "./memory-log.ts";

/** Users and topics whose grants have been revoked, at most; the oldest are forgotten first. */
const MAX_REVOKED = 100_000;

/** Names of topics whose family is remembered. */
const MAX_KNOWN = 10_000;

/** What a router keeps of its recorded topics: one for all of its listeners that can be reached from each other. */
export class Recorded {
  readonly log: TopicLog;
  readonly grants: Grants;
  readonly claims: Claims = new Claims();
  private readonly families: readonly AnyTopic[];
  /** When, by topic and user: milliseconds since the epoch. */
  private readonly revoked = new Map<string, number>();
  private readonly known = new Map<string, AnyTopic | undefined>();

  /** Undefined where no topic has a history: nothing then asks about any. */
  static of(families: readonly AnyTopic[], clock: Clock, log?: TopicLog): Recorded | undefined {
    const recorded = families.filter(({ history }) => history !== undefined);
    return recorded.length === 0 ? undefined : new Recorded(recorded, log ?? new MemoryLog(clock));
  }

  private constructor(families: readonly AnyTopic[], log: TopicLog) {
    this.families = families;
    this.log = log;
    this.grants = new Grants(() => log.secret());
  }

  /** What is kept of a topic; undefined for one that is live. */
  historyOf(topic: string): History | undefined {
    return this.familyOf(topic)?.history;
  }

  /** As `historyOf`, for one message on it, which may be live on a topic that is not. */
  historyFor(topic: string, type: string): History | undefined {
    const family = this.familyOf(topic);
    return family?.ephemeral.some((message) => message.type === type) === true ? undefined : family?.history;
  }

  /** No grant of this user's for the topic holds any more that was given out before now: milliseconds since the epoch. */
  revoke(topic: string, user: string, now: number): void {
    const key = JSON.stringify([topic, user]);
    this.revoked.delete(key);
    this.revoked.set(key, now);
    for (const [old, at] of this.revoked) {
      if (now - at <= this.longestGrantMs && this.revoked.size <= MAX_REVOKED) break;
      this.revoked.delete(old);
    }
  }

  /** When this user's grants for the topic were revoked, in milliseconds since the epoch; 0 where they were not. */
  revokedAt(topic: string, user: string): number {
    return this.revoked.size === 0 ? 0 : (this.revoked.get(JSON.stringify([topic, user])) ?? 0);
  }

  private get longestGrantMs(): number {
    return Math.max(...this.families.map(({ history }) => history?.grantMs ?? 0));
  }

  private familyOf(topic: string): AnyTopic | undefined {
    const known = this.known.get(topic);
    if (known !== undefined || this.known.has(topic)) return known;
    const family = this.families.find(({ match }) => match(topic) !== undefined);
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(topic, family);
    return family;
  }
}
