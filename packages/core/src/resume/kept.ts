import type { Packet } from "../protocol/codec.ts";

/** What remembering a frame takes beside its text. */
const FRAME_BYTES = 16;

/** Confirmed frames that are taken off the list at once. */
const CUT = 256;

/** Frames that were sent and not confirmed, the oldest first. They may be the same strings as others'. */
export class Kept {
  /** Of all of them, in UTF-16 units, or bytes. */
  bytes = 0;
  private readonly frames: Packet[] = [];
  /** How many at the beginning of the list are done with. */
  private done = 0;

  get size(): number {
    return this.frames.length - this.done;
  }

  add(frame: Packet): void {
    this.frames.push(frame);
    this.bytes += FRAME_BYTES + frame.length;
  }

  /** Lets go of the oldest. @returns what that frees. */
  drop(count: number): number {
    const before = this.bytes;
    for (let i = 0; i < count; i++) {
      this.bytes -= FRAME_BYTES + (this.frames[this.done] as Packet).length;
      this.frames[this.done++] = "";
    }
    if (this.done >= CUT) {
      this.frames.splice(0, this.done);
      this.done = 0;
    }
    return before - this.bytes;
  }

  /** The newest, so many of them. */
  newest(count: number): Packet[] {
    return count === 0 ? [] : this.frames.slice(-count);
  }
}
