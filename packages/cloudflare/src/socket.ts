import { closeArguments, type Connection, type Socket } from "@ws-kit/core";

/** One hibernatable WebSocket as the core sees it. */
export class ObjectSocket implements Socket {
  readonly ws: WebSocket;
  conn: Connection | undefined = undefined;
  /** When a message last arrived while the object was awake, in milliseconds since the epoch. */
  seen = 0;
  /** When a sign of life was asked for; undefined since one arrived. */
  asked: number | undefined = undefined;
  /** Where the object's storage has what did not fit the attachment. */
  stored: string | undefined = undefined;
  /** The runtime's own `close`, which the one that handlers see stands before. */
  private readonly closeNow: (code?: number, reason?: string) => void;

  constructor(ws: WebSocket) {
    this.ws = ws;
    this.closeNow = ws.close.bind(ws);
    // As on every adapter: a handler's `ctx.ws.close()` is 1000, and `onClose` hears of it at once.
    ws.close = (code, reason) => this.close(code, reason);
  }

  get open(): boolean {
    return this.ws.readyState === WebSocket.OPEN;
  }

  send(frame: string): number {
    if (!this.open) return 0;
    this.ws.send(frame);
    return 1;
  }

  close(code?: number, reason?: string): void {
    if (!this.open) return;
    const [sent, why] = closeArguments(code, reason);
    this.closeNow(sent, why);
    this.ended(sent, why);
  }

  /** The peer closed: answers its closing handshake. */
  answer(code: number, reason: string): void {
    if (this.ws.readyState === WebSocket.CLOSED) return;
    // 1005 stands for no code at all, 1006 for no handshake.
    if (code === 1005) this.closeNow();
    else if (code !== 1006) this.closeNow(...closeArguments(code, reason));
  }

  /** The runtime cannot drop a connection: a peer that still listens is told why. */
  terminate(): void {
    const { closeCode, closeReason } = this.conn ?? { closeCode: 0, closeReason: "" };
    if (this.open) this.closeNow(closeCode || 1011, closeReason);
    this.ended(1006, "");
  }

  /** The runtime does not tell how much a peer has yet to read. */
  getBufferedAmount(): number {
    return 0;
  }

  /** Tells the core that the connection is over. */
  ended(code: number, reason: string): void {
    if (this.conn !== undefined) this.conn.hub.close(this.conn, code, reason);
  }
}
