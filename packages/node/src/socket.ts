import type { Duplex } from "node:stream";
import { closeArguments, type Connection } from "@ws-kit/core";
import { WebSocket } from "ws";

/** Bytes that may wait for the end of a tick: enough to fill packets, little enough to keep the kernel busy. */
const BATCH_BYTES = 16_384;

/** What Bun tells the peer where the protocol layer closes; `ws` closes with the code alone. */
const REASONS: Readonly<Record<number, string>> = {
  1007: "Received invalid UTF-8",
  1009: "Received too big message",
};

/**
 * The server's end of one connection: a `WebSocket` of the `ws` package that has what the core needs. A close is told to
 * the core when this side has begun it or answered it, as on Bun, and not only when TCP is through with it.
 */
export class NodeSocket extends WebSocket {
  /** The same object as `ctx.data`. */
  data: Record<string, unknown> = {};
  private conn: Connection | undefined;
  private stream: Duplex | undefined;
  private batching = false;

  /** Ties the socket to the stream it writes to and the connection that hears from it. */
  attach(stream: Duplex, data: Record<string, unknown>, open: (socket: this) => Connection): void {
    this.stream = stream;
    this.data = data;
    const conn = open(this);
    const { hub } = conn;
    this.conn = conn;
    this.on("message", (message: Buffer, isBinary) => {
      // Frames behind a close were read in one piece with it, and come too late.
      if (this.readyState === WebSocket.OPEN) hub.receive(conn, isBinary ? message : message.toString());
    });
    this.on("ping", () => hub.seen(conn));
    this.on("pong", () => hub.seen(conn));
    this.on("close", (code, reason) => hub.close(conn, code, reason.toString()));
    // The close that follows says the same.
    this.on("error", () => {});
    stream.on("drain", () => hub.drained(conn));
    hub.opened(conn);
  }

  getBufferedAmount(): number {
    return this.bufferedAmount;
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
    // What arrives is read again, so that the peer's half of the handshake is seen.
    if (this.isPaused) this.resume();
    // `ws` itself calls this without a code to answer a peer that gave none.
    const { _closeFrameReceived: answers } = this as unknown as { _closeFrameReceived: boolean };
    if (answers && code === undefined) {
      super.close();
      return this.conn?.hub.close(this.conn, 1005, "");
    }
    const [sent, why] = closeArguments(code, reason?.toString() ?? REASONS[code ?? 0]);
    super.close(sent, why);
    this.conn?.hub.close(this.conn, sent, why);
  }

  override terminate(): void {
    super.terminate();
    this.conn?.hub.close(this.conn, 1006, "");
  }

  /** Everything sent in one tick leaves in one system call. */
  private batch(): void {
    if (this.batching || this.stream === undefined) return;
    this.batching = true;
    this.stream.cork();
    if (batches.push(this) === 1) process.nextTick(flushAll);
  }

  /** Writes what has been batched. */
  flush(): void {
    if (!this.batching) return;
    this.batching = false;
    this.stream?.uncork();
  }
}

/** Sockets with something to write when the tick ends. */
let batches: NodeSocket[] = [];

function flushAll(): void {
  const due = batches;
  batches = [];
  for (const socket of due) socket.flush();
}
