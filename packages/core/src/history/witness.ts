import type { LogReading } from "../ports/engine-log.ts";
import type { Position } from "../protocol/position.ts";

/** Epochs of a topic of which it is remembered how far they came: no log goes on from more. */
const MAX_EPOCHS = 8;

interface Seen {
  readonly epoch: string;
  offset: number;
}

/** What a node knows to have been in one topic's log, whatever the log says of itself later. */
export class Witness {
  /** The newest epoch first. */
  private seen: Seen[] = [];

  get isEmpty(): boolean {
    return this.seen.length === 0;
  }

  saw(epoch: string, offset: number): void {
    const [newest] = this.seen;
    const found = newest?.epoch === epoch ? newest : this.seen.find((one) => one.epoch === epoch);
    if (found === undefined) this.seen = [{ epoch, offset }, ...this.seen].slice(0, MAX_EPOCHS);
    else if (offset > found.offset) found.offset = offset;
  }

  /** A message of an epoch that a log goes on from without having kept it. */
  lostOf(chain: LogReading["chain"]): Position | undefined {
    return this.seen.find((one) => chain.some(([epoch, end]) => epoch === one.epoch && end < one.offset));
  }
}
