import type { Clock } from "../base/clock.ts";
import { ackFrame } from "./frames.ts";
import type { ResumableSocket } from "./resumable-socket.ts";

/** Frames, and their UTF-16 units or bytes, after which a client is told at once that they have come. */
const MOST_FRAMES = 64;
const MOST_UNITS = 32_768;

/** After what time it is told of fewer, in milliseconds. */
const TELL_MS = 1_000;

/** Rounds of that time in which a client has to say that it may come back. */
const SURE_ROUNDS = 10;

/** Tells clients how much of what they sent has come; by one timer for all of a listener, that runs while there is something to tell. */
export class Acks {
  private readonly clock: Clock;
  private readonly giveUp: (socket: ResumableSocket) => void;
  private owing: ResumableSocket[] = [];
  /** Those who have not said whether they may come back, each with the round in which that was due. */
  private unsure: (readonly [socket: ResumableSocket, round: number])[] = [];
  private round = 0;
  private timer: unknown = undefined;

  /** @param giveUp Called for a client that does not mean to come back. */
  constructor(clock: Clock, giveUp: (socket: ResumableSocket) => void) {
    this.clock = clock;
    this.giveUp = giveUp;
  }

  /** Something has come. */
  soon(socket: ResumableSocket): void {
    if (socket.received - socket.told >= MOST_FRAMES || socket.untold >= MOST_UNITS) {
      this.now(socket);
    } else if (!socket.owes) {
      socket.owes = true;
      this.owing.push(socket);
      this.start();
    }
  }

  /** Before the answer to a ping, which confirms as much. */
  now(socket: ResumableSocket): false {
    if (socket.joined && socket.received > socket.told) {
      socket.inner?.send(ackFrame(socket.received));
      socket.told = socket.received;
      socket.untold = 0;
    }
    return false;
  }

  /** It is not known whether a client may come back. */
  isUnsure(socket: ResumableSocket): void {
    this.unsure.push([socket, this.round + SURE_ROUNDS]);
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
    this.round++;
    const due = this.owing;
    this.owing = [];
    for (const socket of due) {
      socket.owes = false;
      this.now(socket);
    }
    const over = this.unsure.findIndex(([, round]) => round > this.round);
    for (const [socket] of this.unsure.splice(0, over < 0 ? this.unsure.length : over)) {
      if (!socket.joined && socket.id !== "") this.giveUp(socket);
    }
    if (this.owing.length + this.unsure.length > 0) this.start();
  }
}
