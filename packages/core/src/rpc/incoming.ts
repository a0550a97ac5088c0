import { calmed, isPromise } from "../base/when.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import { CREDIT_TYPE, STOP_TYPE } from "../protocol/envelope.ts";

/** The request whose stream it is. */
export interface Reading {
  /** Units that may come ahead of who reads. */
  readonly window: number;
  /** Something of the stream has moved. */
  touch(): void;
  /** Sends a frame of the protocol under the request's id. */
  say(type: string, payload?: object): void;
  /** The client broke the protocol, which ends the request. */
  violated(code: ErrorCode, message: string): void;
  /**
   * An item as its schema makes it.
   * @throws WsKitError for one that does not fit, which ends the request; also as a rejection.
   */
  itemOf(given: unknown): unknown;
  /** What to throw where the request has ended. */
  gone(): Error;
}

type Result = IteratorResult<unknown, undefined>;

interface Item {
  readonly item: unknown;
  readonly units: number;
}

interface Pull {
  resolve(result: Result | Promise<Result>): void;
  reject(error: Error): void;
}

const DONE: Result = { value: undefined, done: true };

const OPEN = 0;
/** The client has sent its last, some of which may yet be asked for. */
const ENDED = 1;
/** Nobody wants any more. */
const LEFT = 2;
/** The request has ended before the stream. */
const BROKEN = 3;

/** What a client sends into a request: `ctx.incoming`. */
export class Incoming implements AsyncIterableIterator<unknown, undefined, undefined> {
  private readonly call: Reading;
  private readonly items: Item[] = [];
  private readonly pulls: Pull[] = [];
  private state = OPEN;
  private begun = false;
  /** In units, of all that came; of what was asked for; and of what the client knows to be taken. */
  private arrived = 0;
  private taken = 0;
  private confirmed = 0;
  private takenItems = 0;

  constructor(call: Reading) {
    this.call = call;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Somebody looks at it: the client may send. */
  begin(): void {
    if (this.begun) return;
    this.begun = true;
    if (this.state === OPEN) this.confirm();
  }

  next(): Promise<Result> {
    const item = this.items.shift();
    if (item !== undefined) return this.give(item);
    if (this.state === BROKEN) return calm(Promise.reject(this.call.gone()));
    if (this.state !== OPEN) return Promise.resolve(DONE);
    return calm(new Promise((resolve, reject) => this.pulls.push({ resolve, reject })));
  }

  return(): Promise<Result> {
    if (this.state === OPEN) this.call.say(STOP_TYPE);
    if (this.state < LEFT) this.state = LEFT;
    this.letGo();
    return Promise.resolve(DONE);
  }

  throw(error: unknown): Promise<Result> {
    void this.return();
    return Promise.reject(error);
  }

  /** An item has come. */
  take(item: unknown, units: number): void {
    if (this.state === ENDED) return this.call.violated("INVALID_ARGUMENT", "A chunk came after the stream's end");
    if (!this.begun || this.arrived - this.confirmed >= this.call.window) {
      return this.call.violated("RESOURCE_EXHAUSTED", "A chunk came beyond the stream's credit");
    }
    this.arrived += units;
    if (this.state !== OPEN) return;
    this.call.touch();
    const pull = this.pulls.shift();
    if (pull === undefined) this.items.push({ item, units });
    else pull.resolve(this.give({ item, units }));
  }

  /** The client has sent its last. */
  ended(): void {
    if (this.state !== OPEN) return;
    this.state = ENDED;
    this.call.touch();
    this.letGoOfPulls();
  }

  /** The request has ended. */
  close(): void {
    if (this.state === OPEN || this.items.length > 0) this.state = BROKEN;
    this.letGo();
  }

  private letGo(): void {
    this.items.length = 0;
    this.letGoOfPulls();
  }

  private letGoOfPulls(): void {
    for (const pull of this.pulls.splice(0)) {
      if (this.state === BROKEN) pull.reject(this.call.gone());
      else pull.resolve(DONE);
    }
  }

  private give({ item, units }: Item): Promise<Result> {
    this.takenItems++;
    this.taken += units;
    if (this.state === OPEN && this.taken - this.confirmed >= this.call.window / 4) this.confirm();
    try {
      const value = this.call.itemOf(item);
      return isPromise(value) ? giveLater(value) : Promise.resolve({ value, done: false });
    } catch (error) {
      return calm(Promise.reject(error));
    }
  }

  private confirm(): void {
    this.confirmed = this.taken;
    this.call.touch();
    this.call.say(CREDIT_TYPE, { taken: this.takenItems, window: this.call.window });
  }
}

function giveLater(item: PromiseLike<unknown>): Promise<Result> {
  return calm(Promise.resolve(item).then((value) => ({ value, done: false })));
}

/** Who asks for an item and does not wait for it is not the end of a process. */
function calm<T>(promise: Promise<T>): Promise<T> {
  calmed(promise);
  return promise;
}
