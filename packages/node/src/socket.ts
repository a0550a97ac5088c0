import { nextTick } from "node:process";
import type { Duplex } from "node:stream";
import { closeArguments, type Connection, type Hub } from "@ws-kit/core/adapter";
import { WebSocket } from "ws";
import { BATCH_BYTES, BatchedSocket, flushOthers, handlingBegun, handlingEnded } from "./batched-socket.ts";

/** What one peer sent at once that is handled before the event loop, and with it all others, goes on. */
const TURN = 64;

/** What Bun tells the peer where the protocol layer closes; `ws` closes with the code alone. */
const REASONS: Readonly<Record<number, string>> = {
  1007: "Received invalid UTF-8",
  1009: "Received too big message",
};

/** How the peer ended the connection. */
interface Ended {
  readonly code: number;
  readonly reason: string;
}

/** What came of a peer. */
type Item = string | Buffer | Ended;

/** Shared by those that no extension was agreed on with; `ws` makes an object for each. */
const NO_EXTENSIONS = Object.freeze({});

/** By which a microtask costs half of what Node's own way asks for. */
const READY = Promise.resolve();

const NO_DATA: Record<string, unknown> = Object.freeze({});

/**
 * The server's end of one connection: a `WebSocket` of the `ws` package that has what the core needs. It does as Bun
 * does in two respects that a peer can tell: promise callbacks run between two frames that were read at once, and the
 * core hears of a close when this side has begun it or answered it, not only when TCP is through with it.
 */
export class NodeSocket extends BatchedSocket {
  /** The same object as `ctx.data`. */
  data: Record<string, unknown> = NO_DATA;
  private conn: Connection | undefined;
  /** What has been read and not yet handled; undefined for nothing, as it is while no two frames come at once. */
  private inbox: Item[] | undefined;
  /** How many items of the present turn have been handled. */
  private turn = 0;
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
    this.writeTo(stream, hub.tuning.idleTimeoutSeconds);
    const conn = hub.adopt(this, data, clientId);
    this.conn = conn;
    // Another connection's, where that was here before.
    this.data = conn.data;
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
      handlingBegun();
    }
    try {
      if (typeof item !== "string" && "code" in item) this.ended(item);
      else if (!this.left && this.conn !== undefined) this.conn.hub.receive(this.conn, item);
    } finally {
      // Also after a failure (a logger's, say): others wait for this one to be through. A microtask runs before others that
      // wait, a tick asked for by one after all of them.
      handled.push(this);
      void READY.then(goOn);
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
    this.end();
  }

  /** What was read at once has been handled: what was sent meanwhile leaves. */
  private end(): void {
    if (this.handling) {
      this.handling = false;
      handlingEnded();
    }
    this.turn = 0;
    this.flush();
    flushOthers();
  }

  /** Ends where no frame waits for promise callbacks, and the answer for nothing: a tick costs as much as sending it. */
  private endAtOnce(): boolean {
    if (this.inbox !== undefined || !this.isBatching || this.conn?.busy !== false) return false;
    this.end();
    return true;
  }

  /** Whoever does not fetch the answers gets one a turn: what a socket held that has been ended is free only after the turn. */
  private hasHadItsTurn(): boolean {
    return this.turn >= TURN || (this.turn > 0 && this.bufferedAmount > BATCH_BYTES);
  }

  /** Lets everything else go on. Meanwhile the kernel keeps what the peer sends. */
  private waitForTurn(): void {
    this.turn = 0;
    handlingEnded();
    this.flush();
    flushOthers();
    this.stream?.pause();
    setImmediate(takeTurn, this);
  }

  private takeTurn(): void {
    handlingBegun();
    if (!this.isPaused) this.stream?.resume();
    this.handleNext();
  }

  private ended({ code, reason }: Ended): void {
    this.left = true;
    if (this.readyState !== WebSocket.CLOSED) leaving.add(this);
    this.conn?.hub.close(this.conn, code, reason);
  }

  protected drained(): void {
    if (this.conn !== undefined) this.conn.hub.drained(this.conn);
  }
}

/** Sockets whose connection is over while their TCP is not. */
const leaving = new Set<NodeSocket>();

/** Ends every socket of a hub, those included that are about to close. */
export function terminateAll(hub: Hub): void {
  for (const { socket } of hub.connections) socket.terminate();
  for (const socket of leaving) if (socket["conn"]?.hub === hub) socket.terminate();
}

/** Those that have handled an item, and those that go on when every promise callback has run: nearly always one. */
const handled: NodeSocket[] = [];
const waiting: NodeSocket[] = [];

function goOn(): void {
  const socket = takeFirst(handled);
  if (socket["endAtOnce"]()) return;
  waiting.push(socket);
  // Without an argument, for which Node would make a list each time.
  nextTick(handleNext);
}

function handleNext(): void {
  takeFirst(waiting)["handleNext"]();
}

function takeFirst(sockets: NodeSocket[]): NodeSocket {
  return (sockets.length === 1 ? sockets.pop() : sockets.shift()) as NodeSocket;
}

function takeTurn(socket: NodeSocket): void {
  socket["takeTurn"]();
}
