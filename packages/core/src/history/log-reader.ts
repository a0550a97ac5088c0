import type { Clock } from "../base/clock.ts";
import { within } from "../base/within.ts";
import type { EngineLog, Keeping, LogReading } from "../ports/engine-log.ts";
import type { ReadLimits } from "../ports/topic-log.ts";
import type { Replica } from "./replica.ts";

const NO_ENTRIES: ReadLimits = { messages: 0, bytes: 0 };

/** One question to a log. */
export interface Read {
  /** Rises with each. */
  readonly number: number;
  readonly succeeds: Promise<boolean>;
}

export interface LogReaderOptions {
  readonly clock: Clock;
  /** Milliseconds that an answer may take. */
  readonly timeoutMs: number;
  /** What is replayed at most. */
  readonly replay: ReadLimits;
  readonly absorb: (topic: string, replica: Replica, reading: LogReading, deep: boolean) => void;
}

/** Reads the logs of topics: each at most once at a time, for all who want to know. */
export class LogReader {
  log: EngineLog | undefined = undefined;
  /** Of the last question. */
  number = 0;
  private readonly reads = new Map<string, Read>();
  private readonly options: LogReaderOptions;

  constructor(options: LogReaderOptions) {
    this.options = options;
  }

  /**
   * The question that is under way, or another one.
   * @param deep Asks for all that may be replayed, and otherwise for what came after what is here.
   */
  read(topic: string, replica: Replica, keeping: Keeping, deep: boolean): Read {
    const found = this.reads.get(topic);
    if (found !== undefined) return found;
    const succeeds = this.ask(topic, replica, keeping, deep).then(
      () => true,
      () => false,
    );
    const read = { number: ++this.number, succeeds };
    this.reads.set(topic, read);
    void succeeds.then(() => this.reads.get(topic) === read && this.reads.delete(topic));
    return read;
  }

  private async ask(topic: string, replica: Replica, keeping: Keeping, deep: boolean): Promise<void> {
    const { log } = this;
    if (log === undefined) throw new Error("The engine is away");
    const { clock, replay, timeoutMs } = this.options;
    const all: ReadLimits = { messages: keeping.size, bytes: keeping.maxBytes };
    const wasLoaded = replica.loaded;
    const limits = deep ? replay : wasLoaded ? all : NO_ENTRIES;
    replica.asks();
    let reading = await within(clock, timeoutMs, log.read(topic, deep ? 0 : replica.last, keeping, limits));
    // What is replayed at once is less than what who is connected has to get.
    if (wasLoaded && reading.limited && reading.floor > replica.last) {
      reading = await within(clock, timeoutMs, log.read(topic, replica.last, keeping, all));
    }
    this.options.absorb(topic, replica, reading, deep);
  }
}
