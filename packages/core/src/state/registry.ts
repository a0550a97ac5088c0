/** What a registry keeps. */
interface Entry {
  readonly clientId: string;
}

/** Those that have one id between them, in the order in which they came. */
class Namesakes<C> {
  /** With holes where one has left. */
  private list: (C | undefined)[] = [];
  private readonly places = new Map<C, number>();

  get size(): number {
    return this.places.size;
  }

  get newest(): C | undefined {
    return this.list.at(-1);
  }

  add(conn: C): void {
    this.places.set(conn, this.list.push(conn) - 1);
  }

  delete(conn: C): boolean {
    const place = this.places.get(conn);
    if (place === undefined) return false;
    this.places.delete(conn);
    this.list[place] = undefined;
    while (this.list.length > 0 && this.list.at(-1) === undefined) this.list.pop();
    if (this.list.length > 2 * this.places.size + 8) this.close();
    return true;
  }

  *newestFirst(): IterableIterator<C> {
    for (let i = this.list.length - 1; i >= 0; i--) {
      const conn = this.list[i];
      if (conn !== undefined) yield conn;
    }
  }

  /** Closes the holes. */
  private close(): void {
    this.list = this.list.filter((conn) => conn !== undefined);
    for (const [place, conn] of this.list.entries()) this.places.set(conn as C, place);
  }
}

/** One listener's live connections, by client id. */
export class Registry<C extends Entry> implements Iterable<C> {
  private readonly byId = new Map<string, C | Namesakes<C>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** The newest connection with this id: `authenticate` may give several the same. */
  get(clientId: string): C | undefined {
    const found = this.byId.get(clientId);
    return found instanceof Namesakes ? found.newest : found;
  }

  add(conn: C): void {
    this.count++;
    const found = this.byId.get(conn.clientId);
    if (found instanceof Namesakes) return found.add(conn);
    if (found === undefined) return void this.byId.set(conn.clientId, conn);
    const namesakes = new Namesakes<C>();
    namesakes.add(found);
    namesakes.add(conn);
    this.byId.set(conn.clientId, namesakes);
  }

  delete(conn: C): void {
    const found = this.byId.get(conn.clientId);
    if (found instanceof Namesakes) {
      if (!found.delete(conn)) return;
      if (found.size === 0) this.byId.delete(conn.clientId);
    } else if (found === conn) this.byId.delete(conn.clientId);
    else return;
    this.count--;
  }

  *[Symbol.iterator](): IterableIterator<C> {
    for (const found of this.byId.values()) {
      if (found instanceof Namesakes) yield* found.newestFirst();
      else yield found;
    }
  }
}
