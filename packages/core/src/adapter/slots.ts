/** The place of one connection, from its upgrade request to its end. */
export class Slot {
  key: string | undefined = undefined;
  released = false;
}

/** The connections of one listener that are counted, those under way to be opened included. */
export class Slots {
  private taken = 0;
  private readonly perKey = new Map<string, number>();
  /** Slots of connections that have been admitted, by their data, which nobody else has. */
  private readonly held = new Map<object, Slot>();

  /** @returns undefined where there is no room. */
  take(limit: number): Slot | undefined {
    if (this.taken >= limit) return undefined;
    this.taken += 1;
    return new Slot();
  }

  /** Counts a slot for its key too. False where that has no room, or the slot was given back meanwhile. */
  share(slot: Slot, key: string, limit: number): boolean {
    const count = this.perKey.get(key) ?? 0;
    if (slot.released || count >= limit) return false;
    slot.key = key;
    this.perKey.set(key, count + 1);
    return true;
  }

  /** Ties a slot to the connection that will have this data. */
  hold(slot: Slot, data: object): void {
    this.held.set(data, slot);
  }

  /** Counts a connection that was open before this listener was. */
  restore(data: object, key: string | undefined): void {
    const slot = this.take(Infinity) ?? new Slot();
    if (key !== undefined) this.share(slot, key, Infinity);
    this.hold(slot, data);
  }

  /** What a connection was counted by, to be kept for `restore`. */
  keyOf(data: object): string | undefined {
    return this.held.get(data)?.key;
  }

  /** Gives a slot back; a second call changes nothing. */
  give(slot: Slot): void {
    if (slot.released) return;
    slot.released = true;
    this.taken -= 1;
    if (slot.key === undefined) return;
    const left = (this.perKey.get(slot.key) ?? 0) - 1;
    if (left > 0) this.perKey.set(slot.key, left);
    else this.perKey.delete(slot.key);
  }

  /** The connection with this data is over, or never came to be. */
  release(data: object): void {
    const slot = this.held.get(data);
    if (slot === undefined) return;
    this.held.delete(data);
    this.give(slot);
  }
}
