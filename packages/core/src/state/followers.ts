/** Who follows what. */
export class Followers<C> {
  private readonly byTopic = new Map<string, Set<C>>();

  of(topic: string): ReadonlySet<C> | undefined {
    return this.byTopic.get(topic);
  }

  /** Every topic that anybody follows. */
  names(): IterableIterator<string> {
    return this.byTopic.keys();
  }

  /** @returns undefined where it follows the topic already, otherwise whether it is the first to. */
  add(topic: string, follower: C): boolean | undefined {
    const set = this.byTopic.get(topic);
    if (set === undefined) {
      this.byTopic.set(topic, new Set([follower]));
      return true;
    }
    if (set.has(follower)) return undefined;
    set.add(follower);
    return false;
  }

  /** @returns whether it was the last to follow the topic. */
  delete(topic: string, follower: C): boolean {
    const set = this.byTopic.get(topic);
    if (set?.delete(follower) !== true || set.size > 0) return false;
    this.byTopic.delete(topic);
    return true;
  }
}
