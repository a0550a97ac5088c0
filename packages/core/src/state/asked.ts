import type { Envelope } from "../protocol/envelope.ts";

/** A request of the server that its client has not answered. */
export interface OpenAsk {
  /** A frame with its id has come. */
  take(frame: Envelope): void;
  /** The connection is gone. */
  disconnect(): void;
}

/** Requests of the server that have not been answered, by connection and id. Who has none is not in it. */
export class Asked<C> {
  private readonly open = new Map<C, Map<string, OpenAsk>>();

  /** Connections that have been asked something. */
  get size(): number {
    return this.open.size;
  }

  has(conn: C): boolean {
    return this.open.has(conn);
  }

  /** How many a connection has yet to answer. */
  of(conn: C): number {
    return this.open.get(conn)?.size ?? 0;
  }

  get(conn: C, id: string): OpenAsk | undefined {
    return this.open.get(conn)?.get(id);
  }

  add(conn: C, id: string, ask: OpenAsk): void {
    const asks = this.open.get(conn);
    if (asks === undefined) this.open.set(conn, new Map([[id, ask]]));
    else asks.set(id, ask);
  }

  delete(conn: C, id: string): void {
    const asks = this.open.get(conn);
    if (asks?.delete(id) === true && asks.size === 0) this.open.delete(conn);
  }

  disconnect(conn: C): void {
    for (const ask of this.open.get(conn)?.values() ?? []) ask.disconnect();
    this.open.delete(conn);
  }
}
