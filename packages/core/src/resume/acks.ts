import type { Clock } from "../base/clock.ts";
import { ackFrame } from "./frames.ts";
import type { ResumableSocket } from "./resumable-socket.ts";

/** Frames, each of so many UTF-16 units or bytes, after which a client is told at once that they have come. */
const MOST_FRAMES = 64;
const FRAME_UNITS = 512;

/** After what time it is told of fewer, in milliseconds. */
const TELL_MS = 1_000;

/** Rounds of that time after which it is looked who has not said that he may come back: within one to two of them. */
const SURE_ROUNDS = 10;

/** Tells clients how much of what they sent has come; by one timer for all of a listener, that runs while there is something to tell. */
export class Acks {
  private readonly clock: Clock;
  private readonly giveUp: (socket: ResumableSocket) => void;
  private owing: ResumableSocket[] = [];
  /** Those who had not said whether they may come back at the last look, and who has come since. */
  private unsure: ResumableSocket[] = [];
  private young: ResumableSocket[] = [];
  private rounds = 0;
  private timer: unknown = undefined;

  /** @param giveUp Called for a client that does not mean to come back. */
  constructor(clock: Clock, giveUp: (socket: ResumableSocket) => void) {
    this.clock = clock;
    this.giveUp = giveUp;
  }

  /** A frame of this length has come. */
  soon(socket: ResumableSocket, length: number): void {
    if (socket.owed === 0) {
      this.owing.push(socket);
      this.start();
    }
    socket.owed += 1 + length / FRAME_UNITS;
    if (socket.owed > MOST_FRAMES) this.now(socket);
  }

  /** Before the answer to a ping, which confirms as much. */
  now(socket: ResumableSocket): false {
    if (socket.joined && socket.owed > 0) {
      socket.inner?.send(ackFrame(socket.received));
      socket.owed = 0;
    }
    return false;
  }

  /** It is not known whether a client may come back. */
  isUnsure(socket: ResumableSocket): void {
    this.young.push(socket);
    this.start();
  }

  stop(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private start(): void {
    this.timer ??= this.clock.setTimeout(() => this.tell(), TELL_MS);
  }

  private tell(): void {
    this.timer = undefined;
    const due = this.owing;
    this.owing = [];
    for (const socket of due) this.now(socket);
    if (++this.rounds % SURE_ROUNDS === 0) {
      for (const socket of this.unsure)
        if (!socket.joined && socket.place >= 0 && socket.away === undefined) this.giveUp(socket);
      this.unsure = this.young.filter(({ joined }) => !joined);
      this.young = [];
    }
    if (this.owing.length + this.unsure.length + this.young.length > 0) this.start();
  }
}
