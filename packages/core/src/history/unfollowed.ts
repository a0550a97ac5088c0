import type { EngineLog, Keeping } from "../ports/engine-log.ts";
import { type LogReader, WAVE } from "./log-reader.ts";
import { Witness } from "./witness.ts";

/** Topics of which it is remembered; the one that was used longest ago is forgotten first. */
const MAX_TOPICS = 1_000;

/** What a node knows of topics that nobody follows here: it published to them, or they were followed. */
export class Unfollowed {
  /** The one that was used longest ago first. */
  private readonly byTopic = new Map<string, Witness>();
  private readonly reader: LogReader;
  private readonly keepingOf: (topic: string) => Keeping | undefined;

  constructor(reader: LogReader, keepingOf: (topic: string) => Keeping | undefined) {
    this.reader = reader;
    this.keepingOf = keepingOf;
  }

  /** Of one that is published to. */
  of(topic: string): Witness {
    const witness = this.byTopic.get(topic) ?? new Witness();
    this.add(topic, witness);
    return witness;
  }

  add(topic: string, witness: Witness): void {
    this.byTopic.delete(topic);
    this.byTopic.set(topic, witness);
    if (this.byTopic.size <= MAX_TOPICS) return;
    for (const oldest of this.byTopic.keys()) {
      this.byTopic.delete(oldest);
      break;
    }
  }

  /** Of one that is followed from now on. */
  take(topic: string): Witness {
    const witness = this.byTopic.get(topic) ?? new Witness();
    this.byTopic.delete(topic);
    return witness;
  }

  /** Holds it against their logs. */
  async verify(log: EngineLog): Promise<void> {
    const all = [...this.byTopic];
    for (let i = 0; i < all.length; i += WAVE) {
      const reads = all.slice(i, i + WAVE).map(([topic, witness]) =>
        this.reader.repeat(log, async () => {
          const keeping = this.keepingOf(topic);
          // Whoever follows it now reads it.
          return keeping === undefined || !this.byTopic.has(topic) || this.reader.verify(topic, witness, keeping);
        }),
      );
      await Promise.all(reads);
    }
  }
}
