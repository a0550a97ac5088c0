import { type Connection, keptPresence } from "@ws-kit/core/adapter";
import type { Logger } from "@ws-kit/core";
import type { ObjectSocket } from "./socket.ts";
import { MAX_ATTACHMENT_BYTES, notKeepable, type Kept } from "./state.ts";

const PREFIX = "ws-kit:";

/** Keeps connections through their object's sleep, in the attachments of their WebSockets and, if need be, its storage. */
export class Keeper {
  private readonly storage: DurableObjectStorage;
  private readonly logger: Logger;
  private readonly due = new Set<ObjectSocket>();
  /** What was last said about a connection, so that every message does not say it again. */
  private readonly said = new WeakMap<ObjectSocket, string>();

  constructor(storage: DurableObjectStorage, logger: Logger) {
    this.storage = storage;
    this.logger = logger;
  }

  /** Keeps a connection's state once whatever runs now has ended: many changes are one write. */
  schedule(socket: ObjectSocket): void {
    if (this.due.size === 0) queueMicrotask(() => this.flush());
    this.due.add(socket);
  }

  /** Reads what did not fit an attachment. */
  async load(kept: Kept): Promise<Kept> {
    if (kept.stored === undefined) return kept;
    const more = await this.storage.get<Pick<Kept, "data" | "topics" | "present">>(PREFIX + kept.stored);
    return more === undefined ? { ...kept, lost: true } : { ...kept, ...more };
  }

  /** Forgets a connection that is over. */
  forget(socket: ObjectSocket): void {
    this.due.delete(socket);
    // A socket that is still closing when the object wakes up is then nobody's.
    socket.ws.serializeAttachment(null);
    this.unstore(socket);
  }

  private flush(): void {
    const sockets = [...this.due];
    this.due.clear();
    for (const socket of sockets) if (socket.conn !== undefined) this.keep(socket, socket.conn);
  }

  private keep(socket: ObjectSocket, conn: Connection): void {
    const { asked, slot, url, from } = socket;
    const base: Kept = {
      v: 1,
      id: conn.clientId,
      opened: conn.opened,
      ...(asked !== undefined && { asked }),
      ...(slot !== undefined && { slot }),
      ...(url !== undefined && { url }),
      ...(from !== undefined && { from }),
    };
    const present = keptPresence(conn);
    const state = { data: conn.data, topics: conn.following ?? [], ...(present && { present }) };
    const trouble = notKeepable(conn.data, "data");
    if (trouble !== undefined) return this.lose(socket, base, trouble);
    try {
      socket.ws.serializeAttachment({ ...base, ...state });
      this.unstore(socket);
    } catch (error) {
      // The runtime tells a size only by its message; whatever else it was is thrown again by the storage.
      this.store(socket, base, state, error);
    }
  }

  private store(
    socket: ObjectSocket,
    base: Kept,
    state: Pick<Kept, "data" | "topics" | "present">,
    cause: unknown,
  ): void {
    const stored = (socket.stored ??= crypto.randomUUID());
    const refused = (error: unknown) => {
      this.lose(socket, base, `it is over ${MAX_ATTACHMENT_BYTES} bytes, and the storage refused it too`, error);
    };
    try {
      // Not awaited: what the object sends leaves only after the write, by the runtime's output gate.
      this.storage.put(PREFIX + stored, state).catch(refused);
      socket.ws.serializeAttachment({ ...base, stored });
    } catch (error) {
      refused(new AggregateError([cause, error]));
    }
  }

  private lose(socket: ObjectSocket, base: Kept, why: string, error?: unknown): void {
    socket.ws.serializeAttachment({ ...base, lost: true });
    const text = `ctx.data of ${base.id} cannot be kept while the object sleeps: ${why}. Until that is mended, the connection will be closed with 1011 when it wakes up`;
    if (this.said.get(socket) !== why) this.logger.error(text, ...(error === undefined ? [] : [error]));
    this.said.set(socket, why);
  }

  private unstore(socket: ObjectSocket): void {
    if (socket.stored === undefined) return;
    const key = PREFIX + socket.stored;
    socket.stored = undefined;
    this.storage.delete(key).catch((error: unknown) => this.logger.warn("A stored connection was not deleted", error));
  }
}
