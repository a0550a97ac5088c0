import { calmed, isPromise } from "../base/when.ts";
import { WsKitError } from "../message/errors.ts";
import type { Packet } from "../protocol/codec.ts";
import { CHUNK_TYPE } from "../protocol/envelope.ts";
import { isRoomy } from "../sending/backlog.ts";
import { post } from "../sending/send.ts";
import type { Connection } from "../state/connection.ts";
import { CLOSED } from "../state/phases.ts";

/** The request whose stream it is. */
export interface Writing {
  readonly conn: Connection;
  readonly id: string;
  readonly settled: boolean;
  /** Something of the stream has moved. */
  touch(): void;
  /** An item, ready for the wire. @throws ValidationError, also as a rejection. */
  frameOf(item: unknown): Packet | Promise<Packet>;
  /** What to throw where the request has ended. */
  gone(): Error;
}

interface Write {
  frame: Packet | Promise<Packet> | undefined;
  resolve(): void;
  reject(error: unknown): void;
}

/** Most calls of `write` that wait: who awaits each has one. */
const MAX_WAITING = 64;

/** Milliseconds between two looks whether a peer has read enough of what its socket was given, or has one again. */
const LOOK_MS = 25;

const DONE = Promise.resolve();

/** What a request sends its client while it runs: `ctx.write`. */
export class Outgoing {
  private readonly call: Writing;
  /** Units that the client lets be sent ahead of who reads there. */
  private readonly window: number;
  private readonly waiting: Write[] = [];
  /** Units of each frame that the client has not taken, the oldest first, and of all of them. */
  private readonly sizes: number[] = [];
  private ahead = 0;
  private taken = 0;
  private look: unknown = undefined;

  constructor(call: Writing, window: number) {
    this.call = call;
    this.window = window;
  }

  /** Whether a `write` has not come to its end. */
  get waits(): boolean {
    return this.waiting.length > 0;
  }

  write(item: unknown): Promise<void> {
    const { call, waiting } = this;
    if (call.settled || call.conn.state === CLOSED) return rejected(call.gone());
    if (waiting.length >= MAX_WAITING) {
      return rejected(new WsKitError("RESOURCE_EXHAUSTED", `${MAX_WAITING} items wait to be sent: await ctx.write()`));
    }
    try {
      const frame = call.frameOf(item);
      if (waiting.length === 0 && !isPromise(frame) && this.mayGo()) {
        this.send(frame);
        return DONE;
      }
      return this.writeLater(frame);
    } catch (error) {
      return rejected(error);
    }
  }

  private writeLater(frame: Packet | Promise<Packet>): Promise<void> {
    const written = new Promise<void>((resolve, reject) => {
      this.waiting.push({ frame, resolve, reject });
    });
    calmed(written);
    if (this.waiting.length === 1) this.goOn();
    return written;
  }

  /** The client has taken so many in all. @returns false where that is not so. */
  confirmed(taken: unknown): boolean {
    if (!Number.isSafeInteger(taken) || (taken as number) < 0) return false;
    const count = (taken as number) - this.taken;
    if (count > this.sizes.length) return false;
    if (count <= 0) return true;
    this.taken += count;
    for (const units of this.sizes.splice(0, count)) this.ahead -= units;
    this.call.touch();
    this.goOn();
    return true;
  }

  /** The request has ended. */
  close(): void {
    this.call.conn.hub.clock.clearTimeout(this.look);
    for (const write of this.waiting.splice(0)) write.reject(this.call.gone());
  }

  /** Sends what waits and may go. */
  private goOn(): void {
    for (let [next] = this.waiting; next !== undefined; [next] = this.waiting) {
      if (next.frame === undefined) return;
      if (isPromise(next.frame)) return this.goOnLater(next, next.frame);
      if (!this.mayGo()) return;
      this.waiting.shift();
      this.send(next.frame);
      next.resolve();
    }
  }

  private goOnLater(write: Write, frame: PromiseLike<Packet>): void {
    write.frame = undefined;
    frame.then(
      (ready) => {
        write.frame = ready;
        this.goOn();
      },
      (error: unknown) => {
        if (this.waiting[0] === write) this.waiting.shift();
        write.reject(error);
        this.goOn();
      },
    );
  }

  /** By the client's credit, and by what its socket has yet to pass on. */
  private mayGo(): boolean {
    if (this.ahead >= this.window) return false;
    const { conn } = this.call;
    if (isRoomy(conn) && conn.hub.resume?.isAttached(conn) !== false) return true;
    this.look ??= conn.hub.clock.setTimeout(() => {
      this.look = undefined;
      this.goOn();
    }, LOOK_MS);
    return false;
  }

  private send(frame: Packet): void {
    const { conn, id } = this.call;
    this.sizes.push(frame.length);
    this.ahead += frame.length;
    this.call.touch();
    post(conn, frame, CHUNK_TYPE, id);
  }
}

function rejected(error: unknown): Promise<never> {
  const promise = Promise.reject(error);
  calmed(promise);
  return promise;
}
