import { closeArguments, type Connection, type Packet, type Socket } from "@ws-kit/core/adapter";
import { turn } from "./clock.ts";

/** How a connection ended. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** What the client's end hears. */
export interface Receiver {
  frame(packet: Packet): void;
  closed(closed: Closed): void;
  /** Something has arrived at the server's end. */
  readonly delivered: () => void;
}

/** Both ends of one connection in memory: the server's `ctx.ws`, and what a client does to it. */
export class MemorySocket implements Socket {
  /** The same object as `ctx.data`. */
  data: Record<string, unknown>;
  /** As in the WebSocket standard: 1 open, 2 closing, 3 closed. */
  readyState: 1 | 2 | 3 = 1;
  /** The client answers pings. */
  responsive = true;
  /** Resolves when the connection is over. */
  readonly ended: Promise<Closed>;
  private readonly settle: (closed: Closed) => void;
  private conn: Connection | undefined;
  private readonly client: Receiver;
  /** On its way to the server. */
  private readonly inbound: (Packet | Closed)[] = [];
  private serverPaused = false;
  private pumping = false;
  /** On its way to the client. */
  private readonly outbound: (Packet | Closed)[] = [];
  private clientPaused = false;

  constructor(data: Record<string, unknown>, client: Receiver) {
    this.data = data;
    this.client = client;
    ({ promise: this.ended, resolve: this.settle } = withResolvers());
  }

  /** Whether anything is on its way to an end that reads. */
  get delivering(): boolean {
    if (this.readyState === 3) return false;
    return (this.inbound.length > 0 && !this.serverPaused) || (this.outbound.length > 0 && !this.clientPaused);
  }

  attach(conn: Connection): void {
    this.conn = conn;
    this.data = conn.data;
    conn.hub.opened(conn);
  }

  part(): void {
    this.conn = undefined;
  }

  send(frame: Packet): number {
    if (this.readyState !== 1) return 0;
    this.toClient(frame);
    return this.clientPaused ? -1 : 1;
  }

  close(code?: number, reason?: string): void {
    if (this.readyState !== 1 || this.conn?.hub.hangUp(this.conn, code, reason) === true) return;
    const [sent, why] = closeArguments(code, reason);
    this.readyState = 2;
    this.toClient({ code: sent, reason: why });
    this.conn?.hub.close(this.conn, sent, why);
  }

  terminate(): void {
    if (this.readyState === 3) return;
    this.outbound.length = 0;
    this.over({ code: 1006, reason: "" });
    this.conn?.hub.close(this.conn, 1006, "");
  }

  getBufferedAmount(): number {
    return this.outbound.reduce((sum, item) => sum + (isPacket(item) ? item.length : 0), 0);
  }

  ping(): void {
    const { conn } = this;
    queueMicrotask(() => {
      if (this.responsive && conn !== undefined) conn.hub.seen(conn);
    });
  }

  pause(): void {
    this.serverPaused = true;
  }

  resume(): void {
    this.serverPaused = false;
    if (this.inbound.length > 0) this.pump();
  }

  /** The client sends a frame. */
  toServer(frame: Packet): void {
    if (this.readyState !== 1) return;
    this.inbound.push(frame);
    this.pump();
  }

  /** The client closes, after what it has sent. */
  closeFromClient(closed: Closed): void {
    if (this.readyState !== 1) return;
    this.inbound.push(closed);
    this.pump();
  }

  /** The client is gone, and with it whatever had not arrived. */
  vanish(): void {
    if (this.readyState === 3) return;
    this.inbound.length = 0;
    this.over({ code: 1006, reason: "" });
    queueMicrotask(() => this.conn?.hub.close(this.conn, 1006, ""));
  }

  /** The client stops reading, or goes on. */
  set reading(reads: boolean) {
    this.clientPaused = !reads;
    if (!reads) return;
    this.flush();
    if (this.conn !== undefined) this.conn.hub.drained(this.conn);
  }

  private toClient(item: Packet | Closed): void {
    this.outbound.push(item);
    if (!this.clientPaused) queueMicrotask(() => this.flush());
  }

  private flush(): void {
    while (!this.clientPaused && this.readyState !== 3) {
      const item = this.outbound.shift();
      if (item === undefined) return;
      if (isPacket(item)) this.client.frame(item);
      else this.over(item);
    }
  }

  /** Hands over what is on its way: the next item when every promise callback has run, as on the other runtimes. */
  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    queueMicrotask(() => {
      this.deliver();
      if (this.inbound.length === 0 || this.serverPaused) this.pumping = false;
      else void turn().then(() => this.goOn());
      this.client.delivered();
    });
  }

  private goOn(): void {
    this.pumping = false;
    this.pump();
  }

  private deliver(): void {
    const { conn } = this;
    const item = this.serverPaused || conn === undefined ? undefined : this.inbound.shift();
    if (item === undefined || conn === undefined || this.readyState !== 1) return;
    if (isPacket(item)) return conn.hub.receive(conn, item);
    this.readyState = 2;
    this.toClient(item);
    return conn.hub.close(conn, item.code, item.reason);
  }

  private over(closed: Closed): void {
    this.readyState = 3;
    this.client.closed(closed);
    this.settle(closed);
  }
}

function isPacket(item: Packet | Closed): item is Packet {
  return typeof item === "string" || item instanceof Uint8Array;
}

/** Not in Node 20. */
function withResolvers(): { promise: Promise<Closed>; resolve: (closed: Closed) => void } {
  let settle: ((closed: Closed) => void) | undefined;
  const promise = new Promise<Closed>((resolve) => (settle = resolve));
  return { promise, resolve: (closed) => settle?.(closed) };
}
