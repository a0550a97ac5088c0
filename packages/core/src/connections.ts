import type { Connection } from "./connection.ts";

/** One listener's live connections, by client id. */
export class Registry implements Iterable<Connection> {
  private readonly byId = new Map<string, Connection>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** The newest connection with this id: `authenticate` may give several the same. */
  get(clientId: string): Connection | undefined {
    return this.byId.get(clientId);
  }

  add(conn: Connection): void {
    conn.older = this.byId.get(conn.clientId);
    this.byId.set(conn.clientId, conn);
    this.count++;
  }

  delete(conn: Connection): void {
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

  *[Symbol.iterator](): IterableIterator<Connection> {
    for (const newest of this.byId.values()) {
      for (let conn: Connection | undefined = newest; conn !== undefined; conn = conn.older) yield conn;
    }
  }
}
