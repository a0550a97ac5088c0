import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";

/** Bytes that may wait for the end of a tick: enough to fill packets, little enough to keep the kernel busy. */
export const BATCH_BYTES = 16_384;

/**
 * Bytes that may wait for the end of a tick, for all sockets together. What waits outlives the collections of garbage of that
 * tick, and then stays in a part of the heap that V8 clears late.
 */
const HELD_BYTES = 4_194_304;

/**
 * Bytes from which a text is kept as such: outside of V8's heap, which then sees what it holds, and once for all peers that it
 * is sent to.
 */
const LARGE_BYTES = 4_096;

/** What Node's own sockets look at to see whether a peer still reads (`Socket.prototype._onTimeout`). */
interface StreamInside {
  readonly _handle?: { readonly writeQueueSize?: number } | null;
  /** `writelen`: bytes of the write that is under way. */
  readonly _writableState: { readonly writelen?: number };
}

/** What a stream is told of itself by its listeners, which are the same functions for all streams. */
const OWNER: unique symbol = Symbol("ws-kit.socket");

type Owned = Duplex & { [OWNER]?: BatchedSocket };

/** A `WebSocket` of the `ws` package whose frames leave together, and which says what a peer has not taken as Bun does. */
export abstract class BatchedSocket extends WebSocket {
  protected stream: Owned | undefined;
  /** What has been read is being handled: what is sent meanwhile leaves when that is done. */
  protected handling = false;
  private batching = false;

  /** Something that was sent waits to leave with the rest. */
  protected get isBatching(): boolean {
    return this.batching;
  }

  /** The stream has room again. */
  protected abstract drained(): void;

  /** @param idleTimeoutSeconds Of silence, after which the socket is ended; undefined for never. */
  protected writeTo(stream: Duplex, idleTimeoutSeconds: number | undefined): void {
    this.stream = stream;
    this.stream[OWNER] = this;
    stream.on("drain", onDrain);
    if (idleTimeoutSeconds !== undefined) (stream as Socket).setTimeout(idleTimeoutSeconds * 1_000, onTimeout);
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
    if (typeof data === "string" && data.length > LARGE_BYTES && rest.length === 0) {
      super.send(bytesOf(data), AS_TEXT);
    } else if (rest.length === 0) super.send(data);
    else (super.send as (...args: unknown[]) => void)(data, ...rest);
    held += (data as { length?: number }).length ?? 0;
    const full = this.bufferedAmount > BATCH_BYTES;
    if (full) this.flush();
    if (held > HELD_BYTES) flushAll();
    if (!full) return 1;
    return this.bufferedAmount > 0 ? -1 : 1;
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
}

const AS_TEXT = { binary: false };

/** The bytes of a text, the same for all who are sent it in one tick. */
function bytesOf(text: string): Buffer {
  if (lastBytes === undefined || text !== last) {
    last = text;
    lastBytes = Buffer.from(text);
  }
  return lastBytes;
}

function onDrain(this: Owned): void {
  this[OWNER]?.["drained"]();
}

function onTimeout(this: Owned): void {
  this[OWNER]?.terminate();
}

/** How many sockets are handling what they have read. */
let busy = 0;
/** Others with something to write when those are through, or the tick ends. */
let batches: BatchedSocket[] = [];
/** Bytes sent since all of them were last written, and the last large text among them. */
let held = 0;
let last = "";
let lastBytes: Buffer | undefined;

/** A socket begins to handle what it has read: what is sent to others waits until it is through. */
export function handlingBegun(): void {
  busy += 1;
}

/** It is through, with all of it or for now. */
export function handlingEnded(): void {
  busy -= 1;
}

/** Writes what was sent to others, unless there is a socket that is not through. */
export function flushOthers(): void {
  if (busy === 0) flushAll();
}

function flushAll(): void {
  const due = batches;
  batches = [];
  held = 0;
  last = "";
  lastBytes = undefined;
  for (const socket of due) socket.flush();
}
