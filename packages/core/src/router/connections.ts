import type { AnyAskOptions, AskRpcOptions } from "../api/asking.ts";
import type { ConnectionData } from "../api/data.ts";
import { ask } from "../asking/ask.ts";
import type { ServerAsks, ServerSends, WhyNot } from "../message/direction.ts";
import type { AnyMessage, AnyRpc, Received, SendArgsOf, SendOptions } from "../message/message.ts";
import type { RuntimeSocket } from "../ports/socket.ts";
import { CLOSE } from "../protocol/codes.ts";
import type { RouterCore } from "./core.ts";
import { close } from "../sending/frames.ts";
import { sendMessage } from "../sending/send.ts";
import type { Connection } from "../state/connection.ts";

/** One live connection, seen from outside its handlers. */
export interface ConnectionHandle<Data> {
  readonly clientId: string;
  readonly data: ConnectionData<Data>;
  readonly ws: RuntimeSocket;
  /** False while it has no socket and waits for its client (`createRouter({ resume })`): what is sent is kept. */
  readonly attached: boolean;
  /** The topics it follows. */
  readonly topics: readonly string[];
  /** As `ctx.send`. */
  send<M extends AnyMessage>(message: ServerSends<WhyNot<M, "ctx.send">> & M, ...args: SendArgsOf<M>): boolean;
  /**
   * Asks its client, and gives its answer: `{ type, meta, payload }`. The rpc is one that servers ask, made by `rpc.fromServer`. It
   * settles once, also where the connection breaks; its rejection need not be awaited.
   * @throws RequestError for whatever keeps it from being answered, as a rejection: `isRequestError` tells of which kind.
   *   ValidationError for a payload or an answer that does not fit its schema.
   *
   * @example
   * const { payload } = await handle.request(Confirm, { text: "Keep the room?" }, { timeoutMs: 60_000 });
   */
  request<R extends AnyRpc>(
    rpc: ServerAsks<WhyNot<R, "ctx.request">> & R,
    ...args: SendArgsOf<R, AskRpcOptions<R>>
  ): Promise<Received<R["response"]>>;
  /** Closes it. Default code 1000. */
  close(code?: number, reason?: string): void;
}

/**
 * `router.connections`: those of this process.
 *
 * @example
 * for (const handle of router.connections) if (handle.data.userId === banned) handle.close(4403);
 */
export class RouterConnections<Data> implements Iterable<ConnectionHandle<Data>> {
  private readonly core: Pick<RouterCore, "servedBy">;

  constructor(core: Pick<RouterCore, "servedBy">) {
    this.core = core;
  }

  get size(): number {
    let size = 0;
    for (const hub of this.core.servedBy()) size += hub.connections.size;
    return size;
  }

  /** The connection with this id; the newest one where `authenticate` gave several the same. */
  get(clientId: string): ConnectionHandle<Data> | undefined {
    const conn = this.find(clientId);
    return conn && (new Handle(conn) as unknown as ConnectionHandle<Data>);
  }

  has(clientId: string): boolean {
    return this.find(clientId) !== undefined;
  }

  /** As `ctx.send`, to another connection; also false when there is none with this id. */
  send<M extends AnyMessage>(
    clientId: string,
    message: ServerSends<WhyNot<M, "ctx.send">> & M,
    ...args: SendArgsOf<M>
  ): boolean {
    const conn = this.find(clientId);
    const [payload, options] = args as [unknown, SendOptions?];
    return conn !== undefined && sendMessage(conn, message, payload, options);
  }

  *[Symbol.iterator](): IterableIterator<ConnectionHandle<Data>> {
    for (const hub of this.core.servedBy()) {
      for (const conn of hub.connections) yield new Handle(conn) as unknown as ConnectionHandle<Data>;
    }
  }

  private find(clientId: string): Connection | undefined {
    for (const hub of this.core.servedBy()) {
      const conn = hub.connections.get(clientId);
      if (conn !== undefined) return conn;
    }
    return undefined;
  }
}

class Handle {
  private readonly conn: Connection;

  constructor(conn: Connection) {
    this.conn = conn;
  }

  get clientId(): string {
    return this.conn.clientId;
  }

  get data(): Record<string, unknown> {
    return this.conn.data;
  }

  get ws(): unknown {
    return this.conn.ws;
  }

  get attached(): boolean {
    return this.conn.hub.resume?.isAttached(this.conn) ?? true;
  }

  get topics(): readonly string[] {
    return this.conn.following;
  }

  send(message: AnyMessage, payload?: unknown, options?: SendOptions): boolean {
    return sendMessage(this.conn, message, payload, options);
  }

  request(rpc: AnyMessage, payload?: unknown, options?: AnyAskOptions): Promise<Received<AnyMessage>> {
    return ask(this.conn, rpc, payload, options);
  }

  close(code: number = CLOSE.NORMAL, reason = ""): void {
    close(this.conn, code, reason);
  }
}
