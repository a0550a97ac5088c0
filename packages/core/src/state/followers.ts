/** Those who follow one topic. */
export class Following<C> extends Set<C> {
  readonly topic: string;
  /** Those of them that the runtime's own topic leaves out, because they are behind: the core sends to them itself. */
  lagging: Set<C> | undefined = undefined;
  /** UTF-16 units, or bytes, published natively since its followers were last looked at. */
  published = 0;

  constructor(topic: string) {
    super();
    this.topic = topic;
  }

  /** The runtime's own topic does not reach this one, or no longer. */
  lag(follower: C): void {
    (this.lagging ??= new Set()).add(follower);
  }

  /** @returns whether it was left out. */
  catchUp(follower: C): boolean {
    if (this.lagging?.delete(follower) !== true) return false;
    if (this.lagging.size === 0) this.lagging = undefined;
    return true;
  }
}

/** Who follows what. */
export class Followers<C> {
  private readonly byTopic = new Map<string, Following<C>>();

  of(topic: string): Following<C> | undefined {
    return this.byTopic.get(topic);
  }

  /** Every topic that anybody follows. */
  names(): IterableIterator<string> {
    return this.byTopic.keys();
  }

  /** @returns all who follow the topic now; undefined where it did so before. */
  add(topic: string, follower: C): Following<C> | undefined {
    let set = this.byTopic.get(topic);
    if (set === undefined) this.byTopic.set(topic, (set = new Following<C>(topic)));
    const { size } = set;
    return set.add(follower).size === size ? undefined : set;
  }

  /** @returns whether it was the last to follow the topic. */
  delete(topic: string, follower: C): boolean {
    const set = this.byTopic.get(topic);
    if (set?.delete(follower) !== true) return false;
    set.catchUp(follower);
    if (set.size > 0) return false;
    this.byTopic.delete(topic);
    return true;
  }
}
