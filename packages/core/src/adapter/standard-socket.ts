import { bytesOver } from "../base/bytes.ts";
import { closeArguments, type Socket } from "../ports/socket.ts";
import type { Packet } from "../protocol/codec.ts";
import { CLOSE } from "../protocol/codes.ts";
import type { Connection } from "./door.ts";

/** What every runtime's server-side WebSocket has that follows the standard (https://websockets.spec.whatwg.org). */
export interface StandardWebSocket {
  readonly readyState: number;
  readonly bufferedAmount?: number | undefined;
  /** Also bytes; of which kind, the types of runtimes do not agree on. */
  send(frame: string): void;
  close(code?: number, reason?: string): void;
}

const OPEN = 1;

const CLOSED = 3;

/**
 * A standard WebSocket as the core sees it, for adapters of runtimes that offer nothing beyond the standard. Makes of a
 * close what the others do: `ctx.ws.close()` is 1000, and `onClose` hears of it at once.
 */
export class StandardSocket<WS extends StandardWebSocket = StandardWebSocket> implements Socket {
  readonly ws: WS;
  /** Set by the adapter once the hub has taken the socket in. */
  conn: Connection | undefined = undefined;
  /** The runtime's own `close`, which the one that handlers see stands before. */
  private readonly closeNow: (code?: number, reason?: string) => void;

  constructor(ws: WS) {
    this.ws = ws;
    this.closeNow = ws.close.bind(ws);
    ws.close = (code, reason) => this.close(code, reason);
  }

  /** False once either side has begun to close: what arrives then comes too late. */
  get open(): boolean {
    return this.ws.readyState === OPEN;
  }

  send(frame: Packet): number | void {
    if (!this.open) return 0;
    return this.ws.send(frame as string);
  }

  close(code?: number, reason?: string): void {
    if (!this.open || this.conn?.hub.hangUp(this.conn, code, reason) === true) return;
    const [sent, why] = closeArguments(code, reason);
    this.closeNow(sent, why);
    this.ended(sent, why);
  }

  /** The standard cannot drop a connection: a peer that still listens is told why. */
  terminate(): void {
    // One that its connection goes on without is given up for its silence.
    const { code = this.conn === undefined ? CLOSE.TIMEOUT : CLOSE.INTERNAL, reason = "" } = this.conn?.ending ?? {};
    if (this.open) this.closeNow(code, reason);
    this.ended(1006, "");
  }

  /** 0 where the runtime does not tell. */
  getBufferedAmount(): number {
    return this.ws.bufferedAmount ?? 0;
  }

  /** What happens to it is no connection's any more. */
  part(): void {
    this.conn = undefined;
  }

  /** The peer closed, in a runtime that leaves the answer to us. */
  answer(code: number, reason: string): void {
    if (this.ws.readyState === CLOSED) return;
    // 1005 stands for no code at all, 1006 for no handshake (RFC 6455 §7.1.5).
    if (code === 1005) this.closeNow();
    else if (code !== 1006) this.closeNow(...closeArguments(code, reason));
  }

  /** Tells the core that the connection is over. What follows a first call is ignored. */
  ended(code: number, reason: string): void {
    if (this.conn !== undefined) this.conn.hub.close(this.conn, code, reason);
  }
}

/** Whether a frame is over a runtime cap that the runtime does not have; its bytes are counted only where they might be. */
export function frameOver(frame: string | ArrayBufferLike, cap: number): boolean {
  if (typeof frame !== "string") return frame.byteLength > cap;
  return bytesOver(frame, cap) !== undefined;
}
