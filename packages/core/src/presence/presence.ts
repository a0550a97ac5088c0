import type { Clock } from "../base/clock.ts";
import { Deadlines } from "../base/deadlines.ts";
import { isPromise, when } from "../base/when.ts";
import { WsKitError } from "../message/errors.ts";
import type { PresencePolicy } from "../message/presence.ts";
import type { AnyTopic } from "../message/topic.ts";
import { withoutPresence } from "../message/untold-topics.ts";
import type { NodeLink } from "../ports/engine.ts";
import type { Envelope } from "../protocol/envelope.ts";
import type { Connection } from "../state/connection.ts";
import type { KeptPresence, Presences } from "../state/presence.ts";
import { CLOSED } from "../state/phases.ts";
import { carried, checked, keyOf } from "./checked.ts";
import { checkFollows, follows, refuse } from "./refuse.ts";
import { Elsewhere } from "./elsewhere.ts";
import { type Entry, PresenceRoom } from "./room.ts";
import { Saying } from "./saying.ts";
import { Watched } from "./watched.ts";

/** Who is where, for all listeners of this process that serve one router. */
export class Presence implements Presences<Connection> {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  private readonly families: readonly AnyTopic[];
  private readonly topics: Map<string, Watched> = new Map();
  /** What each connection says of itself, by topic. */
  private readonly sayings: WeakMap<Connection, Map<string, Saying>> = new WeakMap();
  /** Who is there on other nodes; undefined without an engine. */
  private elsewhere: Elsewhere | undefined = undefined;
  private lastId = 0;

  /** @returns undefined where no topic has a presence. */
  static of(declared: readonly AnyTopic[], clock: Clock, sleeps: boolean): Presence | undefined {
    const families = declared.filter(({ presence }) => presence !== undefined);
    return families.length === 0 ? undefined : new Presence(families, clock, sleeps);
  }

  private constructor(families: readonly AnyTopic[], clock: Clock, sleeps: boolean) {
    this.families = families;
    this.clock = clock;
    this.deadlines = new Deadlines(clock, sleeps);
  }

  /** By this link the other nodes are reached. */
  serve(link: NodeLink): void {
    this.elsewhere = new Elsewhere(link, this.clock);
  }

  track(conn: Connection, topic: string, state: unknown, isPart: boolean): void | Promise<void> {
    const policy = this.policyOf(topic);
    const joining = conn.joining?.get(topic);
    if (joining !== undefined && !follows(conn, topic)) {
      return joining.then(() => this.take(conn, topic, policy, state, isPart));
    }
    return this.take(conn, topic, policy, state, isPart);
  }

  untrack(conn: Connection, topic: string): void {
    this.policyOf(topic);
    this.end(conn, topic);
  }

  renamed(conn: Connection): void {
    for (const [topic, saying] of this.sayings.get(conn) ?? []) {
      try {
        saying.rename(keyOf(conn, this.policyOf(topic)));
      } catch {
        // Nobody can say any longer who it is.
        this.end(conn, topic);
      }
    }
  }

  parted(conn: Connection, topic: string): void {
    this.end(conn, topic);
    this.unwatch(conn, topic);
  }

  frame(conn: Connection, { payload }: Envelope): boolean {
    const said = (payload ?? {}) as { topic?: unknown; watch?: unknown; state?: unknown; leave?: unknown };
    const { topic, watch, leave } = said;
    if (typeof topic !== "string") return false;
    if (watch === undefined && leave === undefined && !("state" in said)) return false;
    const policy = this.find(topic);
    const joining = conn.joining?.get(topic);
    // Why it may not follow the topic is said to who asked for that; here is nothing more to say.
    if (joining !== undefined && !follows(conn, topic)) {
      joining.then(
        () => this.heard(conn, topic, policy, said),
        () => {},
      );
    } else this.heard(conn, topic, policy, said);
    return true;
  }

  async list(topic: string): Promise<Map<string, unknown[]>> {
    return (await this.roomOf(topic)).list();
  }

  async count(topic: string): Promise<number> {
    return (await this.roomOf(topic)).count;
  }

  /** Who is there on all nodes: what is known here where somebody looks, and asked for once where nobody does. */
  private async roomOf(topic: string): Promise<PresenceRoom> {
    const policy = this.policyOf(topic);
    const here = this.topics.get(topic);
    if (here?.isWhole === true || this.elsewhere === undefined) return here?.room ?? new PresenceRoom(policy);
    const room = new PresenceRoom(policy);
    const others = await this.elsewhere.list(topic);
    for (const entries of [this.topics.get(topic)?.room ?? [], others]) {
      for (const [id, entry] of entries) room.set(id, entry);
    }
    return room;
  }

  kept(conn: Connection): readonly KeptPresence[] | undefined {
    const kept = conn.following.flatMap((topic): KeptPresence[] => {
      const isTold = this.topics.get(topic)?.tells(conn) === true;
      const { key = "", latest, given = latest } = this.sayings.get(conn)?.get(topic) ?? {};
      if (latest !== undefined && given !== undefined) {
        return [given === latest ? [topic, isTold, key, latest] : [topic, isTold, key, latest, given]];
      }
      return isTold ? [[topic, isTold]] : [];
    });
    return kept.length > 0 ? kept : undefined;
  }

  restore(conn: Connection, kept: readonly KeptPresence[]): void {
    for (const [topic, isTold, key, text, given = text] of kept) {
      const policy = this.find(topic);
      if (policy === undefined || !follows(conn, topic)) continue;
      if (key !== undefined && text !== undefined && given !== undefined) {
        this.sayingOf(conn, topic, policy).say(key, text, given);
      }
      const watched = this.watchedOf(topic, policy);
      if (isTold) watched.resume(conn);
      // Nothing has changed: waking up is told to nobody.
      watched.stop();
    }
  }

  /** Lets go of timers. */
  stop(): void {
    this.deadlines.clear();
    this.elsewhere?.stop();
    for (const watched of this.topics.values()) watched.stop();
    this.topics.clear();
  }

  private heard(
    conn: Connection,
    topic: string,
    policy: PresencePolicy | undefined,
    said: { watch?: unknown; state?: unknown; leave?: unknown },
  ): void {
    if (!follows(conn, topic)) return;
    const failed = (error: unknown): void => refuse(conn, topic, error);
    if (policy === undefined) return failed(withoutPresence(topic));
    if (said.watch === false) this.unwatch(conn, topic);
    else if (said.watch !== undefined) this.watch(conn, this.watchedOf(topic, policy));
    if (said.watch !== undefined) conn.hub.runtime.settled?.(conn);
    if (said.leave === undefined && !("state" in said)) return;
    if (policy.fromServer) {
      return failed(
        new WsKitError("PERMISSION_DENIED", `Only the server says who is there in ${JSON.stringify(topic)}`),
      );
    }
    if (said.leave !== undefined) return this.end(conn, topic);
    try {
      const taken = this.take(conn, topic, policy, said.state, false);
      if (isPromise(taken)) taken.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }

  private take(
    conn: Connection,
    topic: string,
    policy: PresencePolicy,
    state: unknown,
    isPart: boolean,
  ): void | Promise<void> {
    checkFollows(conn, topic);
    keyOf(conn, policy);
    const said = this.sayings.get(conn)?.get(topic);
    if (isPart && said?.checking !== undefined) return this.takeLater(conn, topic, policy, state, said);
    if (isPart && said?.latest === undefined) {
      throw new WsKitError("FAILED_PRECONDITION", `This connection is not tracked in ${JSON.stringify(topic)}`);
    }
    const whole = isPart ? { ...(JSON.parse(said?.given as string) as object), ...(state as object) } : state;
    const { maxPresenceBytes } = conn.hub.limits;
    const given = carried(whole, topic, maxPresenceBytes);
    const saying = said ?? this.sayingOf(conn, topic, policy);
    const turn = ++saying.asked;
    if (!isPart) saying.wholeAt = turn;
    const taken = when(checked(policy.state, whole, topic, maxPresenceBytes), (text) => {
      checkFollows(conn, topic);
      // Something later was said meanwhile, or it was left.
      if (saying.asked !== turn) return;
      saying.say(keyOf(conn, policy), text, given);
      conn.hub.runtime.settled?.(conn);
    });
    saying.checking = undefined;
    if (isPromise(taken)) {
      const over = (): void => {
        if (saying.checking === checking) saying.checking = undefined;
      };
      const checking = taken.then(over, over);
      saying.checking = checking;
    }
    return taken;
  }

  /** A part of what is not known yet; none where the whole was replaced meanwhile. */
  private async takeLater(
    conn: Connection,
    topic: string,
    policy: PresencePolicy,
    part: unknown,
    saying: Saying,
  ): Promise<void> {
    const { wholeAt } = saying;
    await saying.checking;
    if (saying.wholeAt === wholeAt) await this.take(conn, topic, policy, part, true);
  }

  private sayingOf(conn: Connection, topic: string, policy: PresencePolicy): Saying {
    let sayings = this.sayings.get(conn);
    if (sayings === undefined) this.sayings.set(conn, (sayings = new Map()));
    let saying = sayings.get(topic);
    if (saying === undefined) {
      saying = new Saying(this, topic, policy, String(++this.lastId));
      sayings.set(topic, saying);
    }
    return saying;
  }

  private end(conn: Connection, topic: string): void {
    const sayings = this.sayings.get(conn);
    const saying = sayings?.get(topic);
    if (saying === undefined) return;
    sayings?.delete(topic);
    saying.end(conn.state === CLOSED);
    if (conn.state !== CLOSED) conn.hub.runtime.settled?.(conn);
  }

  /** What a connection says has changed; undefined where it is gone. */
  put(topic: string, policy: PresencePolicy, id: string, entry: Entry | undefined): void {
    const watched = this.watchedOf(topic, policy);
    if (entry === undefined) watched.delete(id);
    else watched.set(id, entry);
    this.elsewhere?.say(topic, id, entry);
    this.forget(watched);
  }

  private watch(conn: Connection, watched: Watched): void {
    const { elsewhere } = this;
    if (elsewhere !== undefined && !watched.isWatched) watched.waitFor(elsewhere.look(watched.topic, watched));
    watched.watch(conn);
  }

  private unwatch(conn: Connection, topic: string): void {
    const watched = this.topics.get(topic);
    if (watched?.isWatched !== true) return;
    watched.unwatch(conn);
    if (!watched.isWatched) this.elsewhere?.lookAway(topic);
    this.forget(watched);
  }

  private watchedOf(topic: string, policy: PresencePolicy): Watched {
    let watched = this.topics.get(topic);
    if (watched === undefined) this.topics.set(topic, (watched = new Watched(topic, policy, this.clock)));
    return watched;
  }

  /** Forgets a topic where nobody is there, and nobody looks. */
  private forget(watched: Watched): void {
    if (watched.idle && this.topics.get(watched.topic) === watched) this.topics.delete(watched.topic);
  }

  private policyOf(topic: string): PresencePolicy {
    const policy = this.find(topic);
    if (policy === undefined) throw withoutPresence(topic);
    return policy;
  }

  private find(topic: string): PresencePolicy | undefined {
    const known = this.topics.get(topic);
    if (known !== undefined) return known.room.policy;
    return this.families.find(({ match }) => match(topic) !== undefined)?.presence;
  }
}
