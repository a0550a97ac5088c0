import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { closeArguments, type Connection, type Hub } from "@ws-kit/core/adapter";
import { WebSocket } from "ws";

/** Bytes that may wait for the end of a tick: enough to fill packets, little enough to keep the kernel busy. */
const BATCH_BYTES = 16_384;

/** What one peer sent at once that is handled before the event loop, and with it all others, goes on. */
const TURN = 64;

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

/** What a stream is told of itself by its listeners, which are the same functions for all streams. */
const OWNER = Symbol("ws-kit.socket");

type Owned = Duplex & { [OWNER]?: NodeSocket };

/** How the peer ended the connection. */
interface Ended {
  readonly code: number;
  readonly reason: string;
}

/** What came of a peer. */
type Item = string | Buffer | Ended;

/** Shared by those that no extension was agreed on with; `ws` makes an object for each. */
const NO_EXTENSIONS = Object.freeze({});

const NO_DATA: Record<string, unknown> = Object.freeze({});

/**
 * The server's end of one connection: a `WebSocket` of the `ws` package that has what the core needs. It does as Bun
 * does in two respects that a peer can tell: promise callbacks run between two frames that were read at once, and the
 * core hears of a close when this side has begun it or answered it, not only when TCP is through with it.
 */
export class NodeSocket extends WebSocket {
  /** The same object as `ctx.data`. */
  data: Record<string, unknown> = NO_DATA;
  private conn: Connection | undefined;
  private stream: Owned | undefined;
  /** What has been read and not yet handled; undefined for nothing, as it is while no two frames come at once. */
  private inbox: Item[] | undefined;
  private handling = false;
  /** How many items of the present turn have been handled. */
  private turn = 0;
  private batching = false;
  /** This side has closed: what the peer had sent before it knew comes too late. */
  private left = false;

  // As `ws` calls it, whose own types know nothing of what it passes to itself.
  // oxlint-disable-next-line typescript/no-explicit-any
  constructor(...args: any[]) {
    super(...(args as [null]));
    (this as unknown as { _extensions: object })._extensions = NO_EXTENSIONS;
  }

  /** Ties the socket to the stream it writes to and the connection that hears from it. */
  attach(stream: Duplex, hub: Hub, data: Record<string, unknown>, clientId: string): void {
    this.stream = stream;
    const conn = hub.adopt(this, data, clientId);
    this.conn = conn;
    // Another connection's, where that was here before.
    this.data = conn.data;
    this.stream[OWNER] = this;
    stream.on("drain", onDrain);
    const { idleTimeoutSeconds } = hub.tuning;
    if (idleTimeoutSeconds !== undefined) (stream as Socket).setTimeout(idleTimeoutSeconds * 1_000, onTimeout);
    hub.opened(conn);
  }

  /** What the peer still sends by this socket, and how it ends, is nobody's any more. */
  part(): void {
    this.conn = undefined;
    this.inbox = undefined;
  }

  /** What happens is heard here and not by listeners, of which every connection would keep its own. Those of others come after. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    this.hear(event, args);
    // An error is followed by a close that says the same.
    if (this.listenerCount(event) === 0) return event === "error";
    return super.emit(event, ...args);
  }

  private hear(event: string | symbol, [first, second]: unknown[]): void {
    const { conn } = this;
    if (event === "close") leaving.delete(this);
    if (conn === undefined) return;
    if (event === "message") this.receive(second === true ? (first as Buffer) : (first as Buffer).toString());
    else if (event === "ping" || event === "pong") conn.hub.seen(conn);
    else if (event === "close") this.receive({ code: first as number, reason: (second as Buffer).toString() });
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
    if (!this.handling && this.inbox !== undefined) this.handleNext();
  }

  private receive(item: Item): void {
    // The peer has vanished, as a write has shown: what it sent before is not waited for while nothing is read.
    if (typeof item !== "string" && "code" in item && item.code === 1006 && this.isPaused) {
      this.inbox = undefined;
      return this.ended(item);
    }
    if (!this.handling && !this.isPaused && this.inbox === undefined) return this.handle(item);
    (this.inbox ??= []).push(item);
    if (!this.handling) this.handleNext();
  }

  /** Handles one item now and the next when every promise callback has run. */
  private handle(item: Item): void {
    if (!this.handling) {
      this.handling = true;
      busy += 1;
    }
    try {
      if (typeof item !== "string" && "code" in item) this.ended(item);
      else if (!this.left && this.conn !== undefined) this.conn.hub.receive(this.conn, item);
    } finally {
      // Also after a failure (a logger's, say): others wait for this one to be through. A microtask runs before others that
      // wait, a tick asked for by one after all of them.
      handled.push(this);
      queueMicrotask(goOn);
    }
  }

  /** Handles what was read next, or nothing more of what was read at once. */
  private handleNext(): void {
    const { inbox } = this;
    if (inbox !== undefined && !this.isPaused) {
      if (this.hasHadItsTurn()) return this.waitForTurn();
      this.turn++;
      const item = inbox.shift() as Item;
      if (inbox.length === 0) this.inbox = undefined;
      return this.handle(item);
    }
    if (this.handling) {
      this.handling = false;
      busy -= 1;
    }
    this.turn = 0;
    this.flush();
    if (busy === 0) flushAll();
  }

  /** Whoever does not fetch the answers gets one a turn: what a socket held that has been ended is free only after the turn. */
  private hasHadItsTurn(): boolean {
    return this.turn >= TURN || (this.turn > 0 && this.bufferedAmount > BATCH_BYTES);
  }

  /** Lets everything else go on. Meanwhile the kernel keeps what the peer sends. */
  private waitForTurn(): void {
    this.turn = 0;
    busy -= 1;
    this.flush();
    if (busy === 0) flushAll();
    this.stream?.pause();
    setImmediate(takeTurn, this);
  }

  private takeTurn(): void {
    busy += 1;
    if (!this.isPaused) this.stream?.resume();
    this.handleNext();
  }

  private ended({ code, reason }: Ended): void {
    this.left = true;
    if (this.readyState !== WebSocket.CLOSED) leaving.add(this);
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
    this.stream?.uncork();
    // Less than `send` waits for, and nothing else may ever be sent that would find it.
    if (this.stream !== undefined && this.stream.writableLength > 0) this.drained();
  }

  /** The stream has room again. */
  private drained(): void {
    if (this.conn !== undefined) this.conn.hub.drained(this.conn);
  }
}

function onDrain(this: Owned): void {
  this[OWNER]?.["drained"]();
}

function onTimeout(this: Owned): void {
  this[OWNER]?.terminate();
}

/** Sockets whose connection is over while their TCP is not. */
const leaving = new Set<NodeSocket>();

/** Ends every socket of a hub, those included that are about to close. */
export function terminateAll(hub: Hub): void {
  for (const { socket } of hub.connections) socket.terminate();
  for (const socket of leaving) if (socket["conn"]?.hub === hub) socket.terminate();
}

/** Those that have handled an item, in this order, and go on when every promise callback has run. */
const handled: NodeSocket[] = [];

function goOn(): void {
  process.nextTick(handleNext, handled.shift());
}

function handleNext(socket: NodeSocket): void {
  socket["handleNext"]();
}

function takeTurn(socket: NodeSocket): void {
  socket["takeTurn"]();
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
