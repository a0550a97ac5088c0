/** What a registry keeps, chained where several have the same id. */
interface Entry<C> {
  readonly clientId: string;
  /** An earlier one with the same id. */
  older: C | undefined;
}

/** One listener's live connections, by client id. */
export class Registry<C extends Entry<C>> implements Iterable<C> {
  private readonly byId = new Map<string, C>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** The newest connection with this id: `authenticate` may give several the same. */
  get(clientId: string): C | undefined {
    return this.byId.get(clientId);
  }

  add(conn: C): void {
    conn.older = this.byId.get(conn.clientId);
    this.byId.set(conn.clientId, conn);
    this.count++;
  }

  delete(conn: C): void {
    let at = this.byId.get(conn.clientId);
    if (at === conn) {
      if (conn.older === undefined) this.byId.delete(conn.clientId);
      else this.byId.set(conn.clientId, conn.older);
      this.count--;
      return;
    }
    for (; at !== undefined; at = at.older) {
      if (at.older !== conn) continue;
      at.older = conn.older;
      this.count--;
      return;
    }
  }

  *[Symbol.iterator](): IterableIterator<C> {
    for (const newest of this.byId.values()) {
      for (let conn: C | undefined = newest; conn !== undefined; conn = conn.older) yield conn;
    }
  }
}
