import type { Added, EngineLog, Keeping, LogFrame, LogReading, Recording } from "../src/ports/engine-log.ts";
import type { ReadLimits } from "../src/ports/topic-log.ts";
import type { Position } from "../src/protocol/position.ts";

interface Kept {
  readonly offset: number;
  readonly prev: number;
  readonly id: string;
  readonly from: string | undefined;
}

/** What becomes of a command, or of a message on its way to a node. */
export interface LogWhims {
  /** Milliseconds until it is done; `Infinity` never. */
  takes?(what: "append" | "append's answer" | "read" | "delivery"): number;
  fails?(what: "append" | "append's answer" | "read"): boolean;
  /** How often a message arrives. */
  copies?(): number;
  /** How much further the next offset is. */
  step?(): number;
  added?(id: string): void;
}

/** The log of one topic in an engine that the test has in its hands, and what is true of it whatever any node believes. */
export class ScriptedLog {
  readonly sides: Set<ScriptedSide> = new Set();
  reads = 0;
  severed = 0;
  private epoch = "e0";
  private chain: (readonly [epoch: string, end: number])[] = [];
  private kept: Kept[] = [];
  private top = 0;
  private floor = 0;
  private ids = new Map<string, number>();
  private epochs = 0;
  /** Where the present epoch goes on from. */
  private begun = 0;
  /** Every epoch's messages by offset, those that it goes on from included. */
  private readonly truth = new Map<string, Kept[]>([["e0", []]]);
  private readonly size: number;
  readonly setTimer: (act: () => void, ms: number) => unknown;
  readonly whims: LogWhims;

  constructor(setTimer: (act: () => void, ms: number) => unknown, size: number, whims: LogWhims = {}) {
    this.setTimer = setTimer;
    this.size = size;
    this.whims = whims;
  }

  get position(): Position {
    return { epoch: this.epoch, offset: this.top };
  }

  /** The message at a position, or the last one before it: "" where there is none. */
  idAt({ epoch, offset }: Position): string {
    return this.truth.get(epoch)?.findLast((one) => one.offset <= offset)?.id ?? "";
  }

  /** The message before this one in the log, when it was added. */
  before(epoch: string, id: string): string | undefined {
    const all = this.truth.get(epoch) ?? [];
    const index = all.findIndex((one) => one.id === id);
    return index < 0 ? undefined : (all[index - 1]?.id ?? "");
  }

  add(id: string, from?: string, key?: string): Added {
    const known = key === undefined ? undefined : this.ids.get(key);
    if (known !== undefined)
      return { position: { epoch: this.epoch, offset: known }, duplicate: true, prev: undefined };
    const prev = this.top;
    this.top += this.whims.step?.() ?? 1;
    const entry = { offset: this.top, prev, id, from };
    this.kept.push(entry);
    this.truth.get(this.epoch)?.push(entry);
    this.whims.added?.(id);
    if (key !== undefined) this.ids.set(key, this.top);
    while (this.kept.length > this.size) this.floor = this.kept.shift()?.offset ?? 0;
    for (const side of this.sides) side.receive({ epoch: this.epoch, offset: this.top, prev, packet: id, from });
    return { position: this.position, duplicate: false, prev };
  }

  /** As `kill -9`, with the last messages lost; who is connected is cut off. */
  crash(lost: number): void {
    for (const side of this.sides) side.cut();
    const end = this.kept.slice(0, Math.max(0, this.kept.length - lost)).at(-1)?.offset ?? this.floor;
    // What is lost is what was written last: the epochs that began behind what is left too.
    const left = this.chain.filter(([, from]) => from <= end);
    const epoch = this.begun > end ? (this.chain.findLast(([, from]) => from > end)?.[0] ?? this.epoch) : this.epoch;
    this.chain = [[epoch, end] as const, ...left].slice(0, 8);
    this.kept = this.kept.filter(({ offset }) => offset <= end);
    for (const [key, offset] of this.ids) if (offset > end) this.ids.delete(key);
    const all = this.truth.get(epoch)?.filter(({ offset }) => offset <= end) ?? [];
    this.begin(end, all);
  }

  /** Everything is gone, and nobody is told. */
  wipe(): void {
    this.chain = [];
    this.kept = [];
    this.floor = 0;
    this.ids.clear();
    this.begin(0, []);
  }

  sever({ epoch, offset }: Position): void {
    if (!this.chain.some(([name, end]) => name === epoch && end < offset)) return;
    this.chain = [];
    this.severed++;
    this.begin(this.top, this.truth.get(this.epoch) ?? []);
    for (const side of this.sides) side.change(this.epoch);
  }

  private begin(top: number, all: Kept[]): void {
    this.epoch = `e${++this.epochs}`;
    this.top = this.begun = top;
    this.truth.set(this.epoch, [...all]);
  }

  read(after: number, limits: ReadLimits): LogReading {
    this.reads++;
    const { chain, epoch, top } = this;
    const wanted = this.kept.filter(({ offset }) => offset > after);
    const found = limits.messages === 0 ? [] : wanted.slice(-limits.messages);
    const entries = found.map(({ offset, id, from }) => ({ offset, packet: id, from }));
    const floor = found[0] === undefined ? top : Math.max(this.floor, found[0].prev);
    return { epoch, top, chain, floor, aged: false, limited: found.length < wanted.length, entries };
  }
}

/** One node's way to it. */
export class ScriptedSide implements EngineLog {
  private generation = 0;
  private readonly log: ScriptedLog;
  private readonly deliver: (frame: LogFrame) => void;
  private readonly lost: () => void;
  private readonly changed: (epoch: string) => void;

  constructor(
    log: ScriptedLog,
    deliver: (frame: LogFrame) => void,
    lost: () => void = () => {},
    changed: (epoch: string) => void = () => {},
  ) {
    this.log = log;
    this.changed = changed;
    this.deliver = deliver;
    this.lost = lost;
    log.sides.add(this);
  }

  cut(): void {
    this.generation++;
    this.lost();
  }

  receive(frame: LogFrame): void {
    const { whims } = this.log;
    for (let copies = whims.copies?.() ?? 1; copies > 0; copies--) {
      this.after(whims.takes?.("delivery") ?? 0, () => this.deliver(frame));
    }
  }

  change(epoch: string): void {
    const copies = this.log.whims.copies?.() ?? 1;
    if (copies > 0) this.after(this.log.whims.takes?.("delivery") ?? 0, () => this.changed(epoch));
  }

  append(_topic: string, messages: readonly Recording[], _keeping: Keeping): Promise<readonly Added[]> {
    return this.does("append", () => messages.map(({ packet, from, id }) => this.log.add(String(packet), from, id)));
  }

  read(_topic: string, after: number, _keeping: Keeping, limits: ReadLimits): Promise<LogReading> {
    return this.does("read", () => this.log.read(after, limits));
  }

  sever(_topic: string, lost: Position, _keeping: Keeping): Promise<void> {
    return this.does("read", () => this.log.sever(lost));
  }

  secret(proposed: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(proposed);
  }

  async revoke(): Promise<void> {}

  async revocations(): Promise<[]> {
    return [];
  }

  private does<T>(what: "append" | "read", act: () => T): Promise<T> {
    const { whims } = this.log;
    const { generation } = this;
    if (whims.fails?.(what) === true) return Promise.reject(new Error(`refused ${what}`));
    return new Promise((resolve, reject) => {
      this.after(
        whims.takes?.(what) ?? 0,
        () => {
          const done = act();
          if (what === "append" && whims.fails?.("append's answer") === true) return reject(new Error("no answer"));
          this.after(whims.takes?.("append's answer") ?? 0, () => resolve(done), reject);
        },
        reject,
      );
      if (generation !== this.generation) reject(new Error("connection lost"));
    });
  }

  /** Unless the connection is lost meanwhile. */
  private after(ms: number, act: () => void, lost?: (error: Error) => void): void {
    const { generation } = this;
    if (ms === Infinity) return;
    const run = (): void => {
      if (generation === this.generation) act();
      else lost?.(new Error("connection lost"));
    };
    if (ms <= 0) run();
    else this.log.setTimer(run, ms);
  }
}
