import type { Clock } from "../base/clock.ts";
import { deferred, pause } from "../base/within.ts";
import type { Read } from "./log-reader.ts";
import type { Change, Replica } from "./replica.ts";

/**
 * How long what has come waits for the log to tell what was before it: servers that keep one together first agree on who leads them,
 * which takes those of NATS up to nine seconds (https://github.com/nats-io/nats-server/blob/main/server/raft.go).
 */
const HOLD_MS = 10_000;
/** Milliseconds until a log that has not answered is asked again; each time twice as many, up to the most. */
const AGAIN_MS = 50;
const MAX_AGAIN_MS = 500;

export interface ChasingOptions {
  readonly clock: Clock;
  /** Whether the topic's log can be asked, and this is what is known of it here. */
  readonly isOn: (topic: string, replica: Replica) => boolean;
  readonly read: (topic: string, replica: Replica) => Read;
  readonly tell: (topic: string, change: Change) => void;
}

/** Asks the logs of topics of which something has come that is not next. */
export class Chasing {
  private readonly chased = new Set<Replica>();
  private readonly options: ChasingOptions;

  constructor(options: ChasingOptions) {
    this.options = options;
  }

  /** Asks until nothing waits for what came before it, or goes on without that. */
  begin(topic: string, replica: Replica): void {
    if (!this.chased.has(replica)) void this.chase(topic, replica);
  }

  private async chase(topic: string, replica: Replica): Promise<void> {
    const { clock, isOn, read, tell } = this.options;
    this.chased.add(replica);
    const over = deferred<true>();
    const until = clock.monotonic() + HOLD_MS;
    const timer = clock.setTimeout(() => over.resolve(true), HOLD_MS);
    let againMs = AGAIN_MS;
    while (replica.isBehind && isOn(topic, replica)) {
      if (clock.monotonic() >= until || replica.isOverfull) {
        tell(topic, replica.giveUp(clock.monotonic()));
        break;
      }
      if (await Promise.race([read(topic, replica).succeeds, over.promise])) continue;
      await pause(clock, againMs);
      againMs = Math.min(againMs * 2, MAX_AGAIN_MS);
    }
    clock.clearTimeout(timer);
    this.chased.delete(replica);
  }
}
