import type { Clock } from "../base/clock.ts";
import { pause, within } from "../base/within.ts";
import type { EngineLog, Keeping, LogReading } from "../ports/engine-log.ts";
import type { ReadLimits } from "../ports/topic-log.ts";
import type { Replica } from "./replica.ts";
import type { Witness } from "./witness.ts";

/** Logs that are read at once. */
export const WAVE = 500;
/** How often a log is asked until the next look, and milliseconds after the first time; after each other one so much more. */
const TRIES = 10;
const AGAIN_MS = 50;

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

  /** Does what asks a log until it succeeds, a number of times at most. @returns whether it has. */
  async repeat(log: EngineLog, doing: () => Promise<boolean>): Promise<boolean> {
    for (let tries = 1; tries < TRIES && this.log === log; tries++) {
      if (await doing()) return true;
      await pause(this.options.clock, AGAIN_MS * tries);
    }
    return false;
  }

  /** Holds against a log what is known of it here, where nobody follows the topic. */
  verify(topic: string, witness: Witness, keeping: Keeping): Promise<boolean> {
    const read = (log: EngineLog): Promise<LogReading> => log.read(topic, 0, keeping, NO_ENTRIES);
    return this.witnessed(topic, witness, keeping, read).then(
      () => true,
      () => false,
    );
  }

  private async ask(topic: string, replica: Replica, keeping: Keeping, deep: boolean): Promise<void> {
    const { replay } = this.options;
    const all: ReadLimits = { messages: keeping.size, bytes: keeping.maxBytes };
    const wasLoaded = replica.loaded;
    const limits = deep ? replay : wasLoaded ? all : NO_ENTRIES;
    const { witness } = replica;
    const asked = (after: number, most: ReadLimits): Promise<LogReading> =>
      this.witnessed(topic, witness, keeping, (log) => {
        replica.asks();
        return log.read(topic, after, keeping, most);
      });
    let reading = await asked(deep ? 0 : replica.last, limits);
    // What is replayed at once is less than what who is connected has to get.
    if (wasLoaded && reading.limited && reading.floor > replica.last) reading = await asked(replica.last, all);
    this.options.absorb(topic, replica, reading, deep);
  }

  /**
   * What a log says of itself, where it goes on from no epoch of which more is known here than it has kept: a node that had not
   * come that far would go on from there as if nothing were missing.
   */
  private async witnessed(
    topic: string,
    witness: Witness,
    keeping: Keeping,
    read: (log: EngineLog) => Promise<LogReading>,
  ): Promise<LogReading> {
    const { log } = this;
    if (log === undefined) throw new Error("The engine is away");
    const { clock, timeoutMs } = this.options;
    const reading = await within(clock, timeoutMs, read(log));
    const lost = witness.lostOf(reading.chain);
    if (lost === undefined) return reading;
    await within(clock, timeoutMs, log.sever(topic, lost, keeping));
    const severed = await within(clock, timeoutMs, read(log));
    if (witness.lostOf(severed.chain) !== undefined) throw new Error("The log has lost something again meanwhile");
    return severed;
  }
}
