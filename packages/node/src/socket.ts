import type { Duplex } from "node:stream";
import { closeArguments, type Connection } from "@ws-kit/core/adapter";
import { WebSocket } from "ws";

/** Bytes that may wait for the end of a tick: enough to fill packets, little enough to keep the kernel busy. */
const BATCH_BYTES = 16_384;

/** What Bun tells the peer where the protocol layer closes; `ws` closes with the code alone. */
const REASONS: Readonly<Record<number, string>> = {
  1007: "Received invalid UTF-8",
  1009: "Received too big message",
};

/** What Node's own sockets look at to see whether a peer still reads (`Socket.prototype._onTimeout`). */
interface StreamInside {
  readonly _handle?: { readonly writeQueueSize?: number } | null;
  /** `writelen`: bytes of the write that is under way. */
  readonly _writableState: { readonly writelen?: number };
}

/** How the peer ended the connection. */
interface Ended {
  readonly code: number;
  readonly reason: string;
}

/**
 * The server's end of one connection: a `WebSocket` of the `ws` package that has what the core needs. It does as Bun
 * does in two respects that a peer can tell: promise callbacks run between two frames that were read at once, and the
 * core hears of a close when this side has begun it or answered it, not only when TCP is through with it.
 */
export class NodeSocket extends WebSocket {
  /** The same object as `ctx.data`. */
  data: Record<string, unknown> = {};
  private conn: Connection | undefined;
  private stream: Duplex | undefined;
  /** What has been read and not yet handled. */
  private readonly inbox: (string | Buffer | Ended)[] = [];
  private handling = false;
  private batching = false;
  /** This side has closed: what the peer had sent before it knew comes too late. */
  private left = false;

  /** Ties the socket to the stream it writes to and the connection that hears from it. */
  attach(stream: Duplex, data: Record<string, unknown>, open: (socket: this) => Connection): void {
    this.stream = stream;
    this.data = data;
    const conn = open(this);
    const { hub } = conn;
    this.conn = conn;
    this.on("message", (message: Buffer, isBinary) => this.receive(isBinary ? message : message.toString()));
    this.on("ping", () => hub.seen(conn));
    this.on("pong", () => hub.seen(conn));
    this.on("close", (code, reason) => this.receive({ code, reason: reason.toString() }));
    // The close that follows says the same.
    this.on("error", () => {});
    stream.on("drain", () => hub.drained(conn));
    hub.opened(conn);
  }

  /**
   * What the kernel has not taken. The stream counts a write as unsent until the last byte of it has left, so that a peer
   * which reads slowly would seem not to read at all.
   */
  getBufferedAmount(): number {
    const bytes = this.bufferedAmount;
    if (bytes === 0) return 0;
    const { _handle: handle, _writableState: state } = this.stream as unknown as StreamInside;
    const taken = (state.writelen ?? 0) - (handle?.writeQueueSize ?? Infinity);
    return taken > 0 ? bytes - taken : bytes;
  }

  /** @returns 0 when the connection is closing, -1 when frames wait that the kernel did not take, otherwise 1. */
  override send(data: Parameters<WebSocket["send"]>[0], ...rest: unknown[]): number {
    if (this.readyState !== WebSocket.OPEN) return 0;
    this.batch();
    (super.send as (...args: unknown[]) => void)(data, ...rest);
    if (this.bufferedAmount <= BATCH_BYTES) return 1;
    this.flush();
    return this.bufferedAmount > 0 ? -1 : 1;
  }

  override close(code?: number, reason?: string | Buffer): void {
    if (this.readyState !== WebSocket.OPEN) return super.close(code, reason);
    // `ws` itself calls this to answer a peer that closes, without a code where the peer gave none.
    const { _closeFrameReceived: answers } = this as unknown as { _closeFrameReceived: boolean };
    if (answers) {
      super.close(code, reason);
      return this.receive({ code: code ?? 1005, reason: reason?.toString() ?? "" });
    }
    if (this.conn?.hub.hangUp(this.conn, code, reason?.toString() ?? REASONS[code ?? 0]) === true) return;
    const [sent, why] = closeArguments(code, reason?.toString() ?? REASONS[code ?? 0]);
    super.close(sent, why);
    this.ended({ code: sent, reason: why });
    // What arrives is read again, so that the peer's half of the handshake is seen.
    if (this.isPaused) this.resume();
  }

  override terminate(): void {
    super.terminate();
    this.ended({ code: 1006, reason: "" });
  }

  override resume(): void {
    super.resume();
    if (!this.handling && this.inbox.length > 0) this.handle();
  }

  private receive(item: string | Buffer | Ended): void {
    // The peer has vanished, as a write has shown: what it sent before is not waited for while nothing is read.
    if (typeof item !== "string" && "code" in item && item.code === 1006 && this.isPaused) {
      this.inbox.length = 0;
      return this.ended(item);
    }
    this.inbox.push(item);
    if (!this.handling) this.handle();
  }

  /** Handles one item now and the next when every promise callback has run. */
  private handle(): void {
    const item = this.isPaused ? undefined : this.inbox.shift();
    if (this.handling !== (item !== undefined)) {
      this.handling = !this.handling;
      busy += this.handling ? 1 : -1;
    }
    if (item === undefined || this.conn === undefined) {
      this.flush();
      if (busy === 0) flushAll();
      return;
    }
    try {
      if (typeof item !== "string" && "code" in item) this.ended(item);
      else if (!this.left) this.conn.hub.receive(this.conn, item);
    } finally {
      // Also after a failure (a logger's, say): others wait for this one to be through. A microtask runs before others that
      // wait, a tick asked for by one after all of them.
      queueMicrotask(() => process.nextTick(() => this.handle()));
    }
  }

  private ended({ code, reason }: Ended): void {
    this.left = true;
    this.conn?.hub.close(this.conn, code, reason);
  }

  /**
   * Everything sent while what was read at once is handled leaves in one system call, to this peer and to others;
   * elsewhere, that of one tick.
   */
  private batch(): void {
    if (this.batching || this.stream === undefined) return;
    this.batching = true;
    this.stream.cork();
    if (!this.handling && batches.push(this) === 1 && busy === 0) process.nextTick(flushAll);
  }

  /** Writes what has been batched. */
  flush(): void {
    if (!this.batching) return;
    this.batching = false;
    const { stream, conn } = this;
    stream?.uncork();
    // Less than `send` waits for, and nothing else may ever be sent that would find it.
    if (stream !== undefined && stream.writableLength > 0) conn?.hub.drained(conn);
  }
}

/** How many sockets are handling what they have read. */
let busy = 0;
/** Others with something to write when those are through, or the tick ends. */
let batches: NodeSocket[] = [];

function flushAll(): void {
  const due = batches;
  batches = [];
  for (const socket of due) socket.flush();
}
