import type { History } from "../message/history.ts";
import type { AnyTopic } from "../message/topic.ts";
import type { Added, Keeping, Recording } from "../ports/engine-log.ts";
import type { Reading, ReadLimits, TopicLog } from "../ports/topic-log.ts";
import type { Position } from "../protocol/position.ts";
import { Claims } from "./claims.ts";
import { Grants } from "./grants.ts";
import type { Replicas } from "./replicas.ts";
import { MAX_SKEW_MS, Revocations } from "./revocations.ts";

const NOTHING: ReadLimits = { messages: 0, bytes: 0 };

/** The longest that a revocation is remembered, in milliseconds: of two at once the later one still ends later wherever they are kept. */
const MAX_REVOKED_MS = 2 ** 49;

/** Names of topics whose family is remembered. */
const MAX_KNOWN = 10_000;

/** What a router keeps of its recorded topics: one for all of its listeners that can be reached from each other. */
export class Recorded {
  /** That of this process; undefined where an engine keeps them. */
  readonly log: TopicLog | undefined;
  private grants: Grants | undefined = undefined;
  private ownRevocations: Revocations | undefined = undefined;
  /** Where an engine keeps them, by topic. */
  private replicasOf: (topic: string) => Replicas = notServed;
  readonly claims: Claims = new Claims();
  private readonly families: readonly AnyTopic[];
  private readonly keepings = new Map<AnyTopic, Keeping>();
  /** From where on each connection has been sent everything of the topics that it follows. */
  private readonly starts = new WeakMap<object, Map<string, Position>>();
  private readonly known = new Map<string, AnyTopic | undefined>();

  /**
   * Undefined where no topic has a history: nothing then asks about any.
   * @param log Undefined where an engine keeps them.
   */
  static of(families: readonly AnyTopic[], log: () => TopicLog | undefined): Recorded | undefined {
    const recorded = families.filter(({ history }) => history !== undefined);
    return recorded.length === 0 ? undefined : new Recorded(recorded, log());
  }

  private constructor(families: readonly AnyTopic[], log: TopicLog | undefined) {
    this.families = families;
    this.log = log;
  }

  /** An engine keeps them from now on. */
  serve(replicasOf: (topic: string) => Replicas): void {
    this.replicasOf = replicasOf;
  }

  /** @throws WsKitError UNAVAILABLE, by rejecting, where an engine keeps them and is away. */
  grantsOf(topic: string): Grants | Promise<Grants> {
    return this.log === undefined ? this.replicasOf(topic).grants.soon() : (this.grants ??= this.ownGrants(this.log));
  }

  /** The same, however long that takes; undefined where an engine has no part in it. */
  grantsAtLast(topic: string): Promise<Grants> | undefined {
    return this.log === undefined ? this.replicasOf(topic).grants.atLast() : undefined;
  }

  /** What a grant has to carry that is given out now; what is revoked while it is being signed makes it void. */
  markOf(topic: string, user: string): string | undefined {
    return this.log === undefined
      ? this.replicasOf(topic).agreed.markOf(topic, user)
      : this.revocationsOf(this.log).markOf(topic, user);
  }

  private ownGrants(log: TopicLog): Grants {
    return new Grants(() => log.secret(), this.revocationsOf(log));
  }

  private revocationsOf(log: TopicLog): Revocations {
    if (this.ownRevocations !== undefined) return this.ownRevocations;
    const found = new Revocations();
    for (const revocation of log.revocations()) found.learn(revocation, 0);
    return (this.ownRevocations = found);
  }

  /** As `Replicas.ready`; undefined where there is nothing to wait for. */
  ready(topic: string, at: Position | undefined): Promise<() => void> | undefined {
    return this.log === undefined ? this.replicasOf(topic).ready(topic, at) : undefined;
  }

  /** What came after a position; of an engine's log while it is `ready` or followed. */
  read(topic: string, after: Position | undefined, limits: ReadLimits): Reading {
    if (this.log === undefined) return this.replicasOf(topic).read(topic, after, limits);
    return this.log.read(topic, after, this.historyOf(topic) as History, limits);
  }

  /** Whether the log goes on from a position, whatever it has kept since; as `read`. */
  goesOnFrom(topic: string, position: Position): boolean {
    if (this.log === undefined) return this.replicasOf(topic).goesOnFrom(topic, position);
    return this.topOf(topic).epoch === position.epoch;
  }

  /** Where the topic stands, as `read`. */
  topOf(topic: string): Position {
    return this.read(topic, undefined, NOTHING).top;
  }

  /** Adds a message to the engine's log. */
  append(topic: string, recording: Recording, repeats: boolean): Promise<Added> {
    return this.replicasOf(topic).append(topic, recording, repeats);
  }

  /** Takes note from where on somebody sees a topic: an engine's log may go on under another name, which needs another grant. */
  begins(who: object, topic: string, begin: number): void {
    if (this.log === undefined) this.replicasOf(topic).begins(topic).set(who, begin);
  }

  beginOf(who: object, topic: string): number | undefined {
    return this.replicasOf(topic).begins(topic).get(who);
  }

  /** Takes note from where on somebody is sent everything of a topic, until `left`. */
  sends(who: object, topic: string, from: Position): void {
    const starts = this.starts.get(who);
    if (starts === undefined) this.starts.set(who, new Map([[topic, from]]));
    else starts.set(topic, from);
  }

  left(who: object, topic: string): void {
    this.starts.get(who)?.delete(topic);
  }

  /** Whether somebody who follows a topic has been sent everything that came after a position. */
  hasSent(who: object, topic: string, { epoch, offset }: Position): boolean {
    const start = this.starts.get(who)?.get(topic) ?? this.topOf(topic);
    return epoch === start.epoch && offset >= start.offset;
  }

  /** Undefined for a topic that is live. */
  keepingOf(topic: string): Keeping | undefined {
    const family = this.familyOf(topic);
    if (family?.history === undefined) return undefined;
    const known = this.keepings.get(family);
    if (known !== undefined) return known;
    const keeping = { ...family.history, pattern: family.pattern };
    this.keepings.set(family, keeping);
    return keeping;
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

  /**
   * No grant of this user's for the topic holds any more that was given out before.
   * @param mark As of a `Revocation`. @param now Milliseconds since the epoch.
   */
  revoke(topic: string, user: string, mark: string, now: number): void {
    if (this.historyOf(topic)?.visible !== "granted") return;
    const until = now + Math.min(this.longestGrantMs + MAX_SKEW_MS, MAX_REVOKED_MS);
    const revocation = { topic, user, mark, until };
    if (this.log === undefined) return this.replicasOf(topic).revoke(revocation);
    this.log.revoke(this.revocationsOf(this.log).revoke(revocation, now));
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

function notServed(): never {
  throw new Error("No listener serves this router yet");
}
