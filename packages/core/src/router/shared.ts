import type { Clock } from "../base/clock.ts";
import { MemoryLog } from "../history/memory-log.ts";
import { Recorded } from "../history/recorded.ts";
import type { AnyTopic } from "../message/topic.ts";
import type { Engine } from "../ports/engine.ts";
import type { TopicLog } from "../ports/topic-log.ts";
import { Presence } from "../presence/presence.ts";
import { checkHistory, checkPresence } from "./declared-topics.ts";

/** What those hear who use a router that serves listeners which cannot be reached from it. */
export const APART =
  "A router that several Durable Objects share reaches none of their connections: use the object's own publish() and connections, or give createDurableObject() a function that makes a router for each";

/** What the listeners of this process that can be reached from here share of a router's declared topics. */
export class Shared {
  private recorded: Recorded | undefined = undefined;
  private presence: Presence | undefined = undefined;
  private readonly engine: Engine | undefined;
  private readonly declared: () => AnyTopic[];

  /** @param declared The topics of the router and of all merged into it. */
  constructor(engine: Engine | undefined, declared: () => AnyTopic[]) {
    this.engine = engine;
    this.declared = declared;
  }

  /**
   * The recorded topics of a listener.
   * @param apart One that cannot be reached from here has its own, in its own log where it has one.
   */
  recordedBy(clock: Clock, apart: boolean, log?: TopicLog): Recorded | undefined {
    const declared = this.declared();
    checkHistory(declared, this.engine);
    const make = (): TopicLog | undefined => (this.engine === undefined ? (log ?? new MemoryLog(clock)) : undefined);
    if (apart) return Recorded.of(declared, make);
    return (this.recorded ??= Recorded.of(declared, make));
  }

  /**
   * Who is where among the connections of a listener, and of the others.
   * @param apart As of `recordedBy`.
   */
  presenceBy(clock: Clock, apart: boolean, sleeps: boolean): Presence | undefined {
    const declared = this.declared();
    checkPresence(declared, this.engine);
    if (apart) return Presence.of(declared, clock, sleeps);
    return (this.presence ??= Presence.of(declared, clock, sleeps));
  }

  /**
   * A listener has ended.
   * @param isLast None is left that shares anything.
   */
  release(presence: Presence | undefined, isLast: boolean): void {
    const isShared = presence === this.presence;
    if (isShared && !isLast) return;
    presence?.stop();
    if (isShared) this.presence = undefined;
  }
}
