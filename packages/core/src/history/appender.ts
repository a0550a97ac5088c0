import type { Clock } from "../base/clock.ts";
import { within } from "../base/within.ts";
import { WsKitError } from "../message/errors.ts";
import type { Added, EngineLog, Keeping, NotRecorded, Recording } from "../ports/engine-log.ts";

/** Most messages that are added at once, and most UTF-16 units (or bytes) after which no more are. */
const MAX_MESSAGES = 64;
const MAX_BYTES = 65_536;
/** Milliseconds after which what failed is tried again, and as many at most by chance. */
const AGAIN_MS = 50;

/** A message on its way into the log. */
interface Item {
  readonly recording: Recording;
  /** It is tried until its time is over. */
  readonly repeats: boolean;
  readonly resolve: (added: Added) => void;
  readonly reject: (error: Error) => void;
  timer: unknown;
  settled: boolean;
  /** Why it was not recorded when it was tried last. */
  cause: unknown;
}

interface Queue {
  readonly keeping: Keeping;
  items: Item[];
}

export interface AppenderOptions {
  readonly clock: Clock;
  /** Milliseconds that one try may take. */
  readonly timeoutMs: number;
  /** Milliseconds until what is repeated is given up. */
  readonly ackTimeoutMs: number;
  /** UTF-16 units, or bytes, that may wait for the engine. */
  readonly maxBytes: number;
  /** What was added, or was there, in order. */
  readonly added: (topic: string, recording: Recording, added: Added) => void;
}

/** Adds this node's messages to the engine's log: those of one topic in order, also where some have to be tried again. */
export class Appender {
  private readonly queues = new Map<string, Queue>();
  private readonly options: AppenderOptions;
  private log: EngineLog | undefined = undefined;
  private waiting = 0;
  private readonly wake = new Set<() => void>();

  constructor(options: AppenderOptions) {
    this.options = options;
  }

  up(log: EngineLog): void {
    this.log = log;
    for (const wake of this.wake) wake();
  }

  down(): void {
    this.log = undefined;
    for (const wake of this.wake) wake();
  }

  /** @throws WsKitError UNAVAILABLE, by rejecting: once, or when the time of one that is repeated is over. */
  append(topic: string, recording: Recording, keeping: Keeping, repeats: boolean): Promise<Added> {
    if (this.log === undefined && !repeats) return Promise.reject(away());
    const { clock, ackTimeoutMs, maxBytes, timeoutMs } = this.options;
    const size = recording.packet.length;
    if (this.waiting > 0 && this.waiting + size > maxBytes) {
      return Promise.reject(new WsKitError("UNAVAILABLE", `Over ${maxBytes} bytes wait for the engine`));
    }
    this.waiting += size;
    const queue = this.queues.get(topic);
    return new Promise<Added>((resolve, reject) => {
      const item: Item = { recording, repeats, resolve, reject, timer: undefined, settled: false, cause: undefined };
      item.timer = clock.setTimeout(() => this.settle(item, unknown(item.cause)), repeats ? ackTimeoutMs : timeoutMs);
      if (queue !== undefined) queue.items.push(item);
      else {
        const begun = { keeping, items: [item] };
        this.queues.set(topic, begun);
        queueMicrotask(() => void this.run(topic, begun));
      }
    });
  }

  private settle(item: Item, result: Added | Error): void {
    if (item.settled) return;
    item.settled = true;
    this.waiting -= item.recording.packet.length;
    this.options.clock.clearTimeout(item.timer);
    if (result instanceof Error) item.reject(result);
    else item.resolve(result);
  }

  private async run(topic: string, queue: Queue): Promise<void> {
    for (;;) {
      queue.items = queue.items.filter(({ settled }) => !settled);
      if (queue.items.length === 0) break;
      const { log } = this;
      const tried = batchOf(queue.items);
      const failure = log === undefined ? away() : await this.try(topic, queue, log, tried);
      if (failure === undefined) continue;
      for (const item of tried) item.cause = failure.cause;
      for (const item of queue.items)
        if (!item.repeats && (log === undefined || tried.includes(item))) this.settle(item, failure);
      if (queue.items.some(({ settled }) => !settled)) await this.pause();
    }
    this.queues.delete(topic);
  }

  private async try(topic: string, queue: Queue, log: EngineLog, tried: Item[]): Promise<Error | undefined> {
    const { clock, timeoutMs } = this.options;
    try {
      const recordings = tried.map(({ recording }) => recording);
      const all = await within(clock, timeoutMs, log.append(topic, recordings, queue.keeping));
      queue.items.splice(0, tried.length);
      for (const [i, item] of tried.entries()) {
        const added = all[i] as Added | NotRecorded;
        if (!(added instanceof Error)) this.options.added(topic, item.recording, added);
        this.settle(item, added instanceof Error ? hopeless(added) : added);
      }
      return undefined;
    } catch (cause) {
      return isNotRecorded(cause) ? refused(cause) : unknown(cause);
    }
  }

  /** Until it may be tried again: soon, or when the engine is back. */
  private pause(): Promise<void> {
    const { clock, ackTimeoutMs } = this.options;
    return new Promise((resolve) => {
      const ms = this.log === undefined ? ackTimeoutMs : AGAIN_MS * (1 + Math.random());
      const wake = (): void => {
        clock.clearTimeout(timer);
        this.wake.delete(wake);
        resolve();
      };
      const timer = clock.setTimeout(wake, ms);
      this.wake.add(wake);
    });
  }
}

function batchOf(items: readonly Item[]): Item[] {
  let bytes = 0;
  const batch: Item[] = [];
  for (const item of items) {
    if (batch.length === MAX_MESSAGES || bytes >= MAX_BYTES) break;
    bytes += item.recording.packet.length;
    batch.push(item);
  }
  return batch;
}

function away(): WsKitError {
  return new WsKitError("UNAVAILABLE", "The engine that keeps this topic is away: nobody got the message");
}

function unknown(cause?: unknown): WsKitError {
  const text = "It is not known whether the engine has recorded the message: publish it again with the same id";
  return new WsKitError("UNAVAILABLE", text, undefined, { cause });
}

function isNotRecorded(cause: unknown): cause is NotRecorded {
  return cause instanceof Error && (cause as Partial<NotRecorded>).recorded === false;
}

function refused(cause: NotRecorded): WsKitError {
  return new WsKitError("UNAVAILABLE", `The engine has not recorded the message: ${cause.message}`, undefined, {
    cause,
  });
}

/** However often it is tried. */
function hopeless(cause: NotRecorded): WsKitError {
  return new WsKitError("INVALID_ARGUMENT", `The engine cannot record the message: ${cause.message}`, undefined, {
    cause,
  });
}
