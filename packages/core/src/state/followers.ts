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

/** Topics without followers that are kept at least. */
const SPARE = 64;

/**
 * Who follows what. A topic whose last follower leaves is kept for a while: one that comes and goes finds it there, where a
 * map that the same key is taken from and put into again goes through more and more places that were left.
 */
export class Followers<C> {
  private readonly byTopic = new Map<string, Following<C>>();
  /** Topics that nobody follows. */
  private empty = 0;

  of(topic: string): Following<C> | undefined {
    const set = this.byTopic.get(topic);
    return set !== undefined && set.size > 0 ? set : undefined;
  }

  /** Every topic that anybody follows. */
  *names(): IterableIterator<string> {
    for (const [topic, { size }] of this.byTopic) if (size > 0) yield topic;
  }

  /** @returns all who follow the topic now; undefined where it did so before. */
  add(topic: string, follower: C): Following<C> | undefined {
    let set = this.byTopic.get(topic);
    if (set === undefined) this.byTopic.set(topic, (set = new Following<C>(topic)));
    else if (set.size === 0) this.empty--;
    const { size } = set;
    return set.add(follower).size === size ? undefined : set;
  }

  /** @returns whether it was the last to follow the topic. */
  delete(topic: string, follower: C): boolean {
    const set = this.byTopic.get(topic);
    if (set?.delete(follower) !== true) return false;
    set.catchUp(follower);
    if (set.size > 0) return false;
    set.published = 0;
    this.empty++;
    if (this.empty > this.byTopic.size / 2 + SPARE) this.forget();
    return true;
  }

  /** As many have left since it was last done as it looks at, but for a part. */
  private forget(): void {
    for (const [topic, { size }] of this.byTopic) if (size === 0) this.byTopic.delete(topic);
    this.empty = 0;
  }
}
