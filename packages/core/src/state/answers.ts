import type { Limits } from "../api/limits.ts";
import type { Clock } from "../base/clock.ts";
import type { Deadlines, Expiring } from "../base/deadlines.ts";
import type { AnyMessage } from "../message/message.ts";
import { ERROR_CODES, type ErrorCode } from "../protocol/codes.ts";
import type { Packet } from "../protocol/codec.ts";
import type { ErrorPayload, Meta } from "../protocol/envelope.ts";

/** How an rpc ended. */
export type Outcome =
  | { readonly message: AnyMessage; readonly payload: unknown; readonly meta: Meta | undefined }
  | { readonly error: ErrorPayload };

/** An answer as it left, so that nothing which happens to its payload later reaches a repeat. */
export interface Answer {
  readonly frame: Packet;
  /** What it takes of memory. */
  readonly bytes: number;
  /** Of the error that it is. */
  readonly error: ErrorPayload | undefined;
}

/**
 * Who made requests whose answers are remembered: an identity, or a connection that is nobody's, with those on which its client
 * came back, as a secret of its shows.
 */
export class Asker {
  /** Tells connections apart. */
  readonly number: number;
  readonly identity: string | undefined;
  /** Oldest first. */
  readonly entries: Set<Remembered> = new Set();
  bytes = 0;

  constructor(number: number, identity: string | undefined) {
    this.number = number;
    this.identity = identity;
  }
}

/** One idempotent request: its answer once there is one, and who waits for it. */
export class Remembered {
  readonly key: string;
  readonly asker: Asker;
  /** Of the request's payload. */
  readonly print: string;
  readonly expiresAt: number;
  /** What its key begins with where it counts for whoever presents that. */
  readonly secret: string | undefined;
  /** What its frame takes of memory. */
  bytes = 0;
  answer: Answer | undefined = undefined;
  private readonly memory: AnswerMemory;
  private readonly waiting: ((answer: Answer) => void)[] = [];
  /** Told what it came to, where other processes ask; undefined for what is not worth remembering. */
  private told: ((answer: Answer | undefined) => void) | undefined = undefined;

  constructor(
    memory: AnswerMemory,
    key: string,
    asker: Asker,
    print: string,
    expiresAt: number,
    secret: string | undefined,
  ) {
    this.memory = memory;
    this.key = key;
    this.asker = asker;
    this.print = print;
    this.expiresAt = expiresAt;
    this.secret = secret;
  }

  /** What the first request is answered. */
  answered(): Promise<Answer> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Has others told what it comes to. */
  share(told: (answer: Answer | undefined) => void): void {
    this.told = told;
  }

  /** It had its answer before there was anybody to tell. */
  settled(): void {
    const { answer } = this;
    this.told?.(answer?.error !== undefined && passing(answer.error) ? undefined : answer);
  }

  settle(answer: Answer): void {
    if (this.answer !== undefined) return;
    this.answer = answer;
    // What may go better the next time is not worth remembering.
    if (answer.error !== undefined && passing(answer.error)) this.memory.forget(this);
    else this.memory.keep(this, answer.bytes);
    if (this.told !== undefined) this.settled();
    for (const resolve of this.waiting.splice(0)) resolve(answer);
  }
}

function passing({ code, retryable }: ErrorPayload): boolean {
  return retryable || code === "CANCELLED" || code === "INTERNAL" || ERROR_CODES[code as ErrorCode];
}

/**
 * The answers of idempotent requests, so that a repeat (sent because the first one's connection was lost) gets what the
 * first one got instead of running again. Bounded in count, bytes and time; over a bound, whoever holds most loses his
 * oldest, so that nobody can make another's be forgotten.
 */
export class AnswerMemory {
  /** Oldest first: a Map keeps the order in which its keys were added. */
  private readonly entries = new Map<string, Remembered>();
  private readonly identities = new Map<string, Asker>();
  private readonly connections = new WeakMap<object, Asker>();
  /** Who presented a secret first, and how many are remembered under it. */
  private readonly secrets = new Map<string, { readonly asker: Asker; count: number }>();
  /** Those of whom something is remembered. */
  private readonly askers = new Set<Asker>();
  /** Since when the store that processes share cannot be asked, in monotonic milliseconds. */
  awaySince: number | undefined = undefined;
  private lastNumber = 0;
  private total = 0;
  private readonly clock: Clock;
  private readonly limits: Readonly<Limits>;
  private readonly deadlines: Pick<Deadlines, "add"> | undefined;
  /** When the oldest is due: what nobody asks for again is not kept by a server that has nothing else to do. */
  private readonly sweep: Expiring = { expiresAt: 0, listed: undefined, expire: () => this.forgetDue() };

  /** @param deadlines Left out where a timer would keep the process from sleeping: it then forgets when it is next used. */
  constructor(clock: Clock, limits: Readonly<Limits>, deadlines?: Pick<Deadlines, "add">) {
    this.clock = clock;
    this.limits = limits;
    this.deadlines = deadlines;
  }

  get size(): number {
    return this.entries.size;
  }

  /** Of all frames that are kept. */
  get bytes(): number {
    return this.total;
  }

  /**
   * Whoever asks, by identity or, where that is not known, by connection. A client that has come back over another one is who it was:
   * what it left behind would otherwise count as somebody else's, and leave it no room.
   */
  asker(conn: object, identity: string | undefined, secret: string | undefined): Asker {
    const returned = secret === undefined ? undefined : this.secrets.get(secret)?.asker;
    if (returned !== undefined) return returned;
    const known = identity === undefined ? this.connections.get(conn) : this.identities.get(identity);
    if (known !== undefined) return known;
    const asker = new Asker(++this.lastNumber, identity);
    if (identity === undefined) this.connections.set(conn, asker);
    return asker;
  }

  find(key: string): Remembered | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.expiresAt > this.clock.monotonic()) return entry;
    this.forget(entry);
    return undefined;
  }

  open(key: string, asker: Asker, print: string, secret: string | undefined): Remembered {
    this.forgetDue();
    while (this.entries.size > 0 && this.entries.size >= this.limits.maxRememberedAnswers) {
      const [oldest] = this.largest((one) => one.entries.size).entries;
      this.forget(oldest as Remembered);
    }
    const { rememberAnswersMs } = this.limits;
    const entry = new Remembered(this, key, asker, print, this.clock.monotonic() + rememberAnswersMs, secret);
    if (secret !== undefined) {
      const presented = this.secrets.get(secret);
      if (presented === undefined) this.secrets.set(secret, { asker, count: 1 });
      else presented.count++;
    }
    this.entries.set(key, entry);
    asker.entries.add(entry);
    this.askers.add(asker);
    // It may just have been forgotten, with all that it had.
    if (asker.identity !== undefined) this.identities.set(asker.identity, asker);
    if (this.sweep.listed === undefined) this.deadlines?.add(this.sweep, rememberAnswersMs);
    return entry;
  }

  /** Forgets those whose time is over, and comes back for the next one. */
  private forgetDue(): void {
    const now = this.clock.monotonic();
    for (const entry of this.entries.values()) {
      if (entry.expiresAt > now) {
        if (this.sweep.listed === undefined) this.deadlines?.add(this.sweep, entry.expiresAt - now);
        return;
      }
      this.forget(entry);
    }
  }

  /** The answer is there, and takes so many bytes. */
  keep(entry: Remembered, bytes: number): void {
    if (this.entries.get(entry.key) !== entry) return;
    entry.bytes = bytes;
    entry.asker.bytes += bytes;
    this.total += bytes;
    while (this.total > this.limits.maxRememberedBytes) {
      for (const old of this.largest((one) => one.bytes).entries) {
        if (old.bytes === 0) continue;
        this.forget(old);
        break;
      }
    }
  }

  forget(entry: Remembered): void {
    if (this.entries.get(entry.key) !== entry) return;
    const { asker, secret } = entry;
    this.entries.delete(entry.key);
    const presented = secret === undefined ? undefined : this.secrets.get(secret);
    if (presented !== undefined && --presented.count === 0) this.secrets.delete(secret as string);
    asker.entries.delete(entry);
    asker.bytes -= entry.bytes;
    this.total -= entry.bytes;
    if (asker.entries.size > 0) return;
    this.askers.delete(asker);
    if (asker.identity !== undefined) this.identities.delete(asker.identity);
  }

  private largest(size: (asker: Asker) => number): Asker {
    let most: Asker | undefined;
    for (const asker of this.askers) if (most === undefined || size(asker) > size(most)) most = asker;
    return most as Asker;
  }
}
