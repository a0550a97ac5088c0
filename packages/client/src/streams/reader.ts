import { createTimer } from "../steps/timer.ts";

type Result = IteratorResult<unknown, undefined>;

/** Units that are confirmed as soon as there is nothing more to give, and milliseconds after which fewer are. */
const FEW = 1_024;
const WAIT_MS = 100;

/** What a server sends, until somebody asks for it. */
export interface Reader {
  readonly _add: (item: unknown) => void;
  /** There will be no more. */
  readonly _end: (error?: Error) => void;
  /** @param leave Called where who iterates wants no more. */
  readonly _items: (leave: () => void) => AsyncIterable<unknown>;
}

/**
 * Units of an item, roughly: where characters are escaped it may take six times as many. What another codec than JSON brings, a
 * Map say, may hold anything.
 */
function sizeOf(item: unknown): number {
  if (typeof item === "string") return item.length + 8;
  if (ArrayBuffer.isView(item)) return item.byteLength + 8;
  if (typeof item !== "object" || item === null) return 8;
  const isPlain = Array.isArray(item) || item.constructor === Object;
  let size = isPlain ? 8 : Infinity;
  for (const key in item) size += key.length + sizeOf(item[key as never]);
  return size;
}

/**
 * @param look What an item's schema makes of it.
 * @param most Units, counted roughly, after which the server is told that they have been taken.
 * @param confirm Tells it how many items have been.
 * @param fail Told of an item that does not fit.
 */
export function createReader(
  look: (item: unknown) => unknown,
  most: number,
  confirm: (taken: number) => void,
  fail: (error: unknown) => void,
): Reader {
  const items: unknown[] = [];
  let owed = 0;
  let taken = 0;
  let over = false;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  const timer = createTimer();

  const tell = (): void => {
    timer();
    owed = 0;
    confirm(taken);
  };

  const next = async (who: { left: boolean }): Promise<Result> => {
    for (;;) {
      if (who.left) return { value: undefined, done: true };
      if (items.length > 0) {
        const item = items.shift();
        taken++;
        // Around it stand its type and the request's id.
        owed += 90 + sizeOf(item);
        if (owed >= most) tell();
        try {
          return { value: await look(item), done: false };
        } catch (error) {
          fail(error);
          throw error;
        }
      }
      if (failure !== undefined) throw failure;
      if (over) return { value: undefined, done: true };
      // A server may have room for less than the window, and waits then for what is owed.
      if (owed >= FEW) tell();
      else if (owed > 0) timer(WAIT_MS, tell);
      await new Promise<void>((resolve) => {
        const before = wake;
        wake = () => {
          before?.();
          resolve();
        };
      });
    }
  };

  const stir = (): void => {
    const waiting = wake;
    wake = undefined;
    waiting?.();
  };

  return {
    _add(item) {
      if (over) return;
      items.push(item);
      stir();
    },
    _end(error) {
      if (over) return;
      over = true;
      failure = error;
      timer();
      stir();
    },
    _items: (leave) => ({
      [Symbol.asyncIterator]() {
        // Who else reads here is not told that this is the end, but that what is left was given up.
        const who = { left: false };
        const end = (): void => {
          who.left = true;
          leave();
        };
        return {
          next: () => next(who),
          return() {
            end();
            return Promise.resolve({ value: undefined, done: true });
          },
          throw(error) {
            end();
            return Promise.reject(error as Error);
          },
        };
      },
    }),
  };
}
