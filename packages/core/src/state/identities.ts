/** Whose each connection of a listener is, once that is known, and whose connections there are. */
export class Identities<C extends object> {
  private readonly users = new WeakMap<C, string>();
  /** Most users have one connection, which needs no set around it. */
  private readonly connections = new Map<string, C | Set<C>>();

  get(conn: C): string | undefined {
    return this.users.get(conn);
  }

  /** For good: a connection's identity does not change. */
  set(conn: C, user: string): void {
    this.users.set(conn, user);
    const found = this.connections.get(user);
    if (found === undefined) this.connections.set(user, conn);
    else if (found instanceof Set) found.add(conn);
    else this.connections.set(user, new Set([found, conn]));
  }

  /** A user's connections, in the order in which they came. */
  of(user: string): C[] {
    const found = this.connections.get(user);
    if (found === undefined) return [];
    return found instanceof Set ? [...found] : [found];
  }

  /** The connection is over. Whose it was is still known. */
  forget(conn: C): void {
    const user = this.users.get(conn);
    if (user === undefined) return;
    const found = this.connections.get(user);
    if (found instanceof Set) {
      found.delete(conn);
      if (found.size === 0) this.connections.delete(user);
    } else if (found === conn) this.connections.delete(user);
  }
}
