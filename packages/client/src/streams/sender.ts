import { isPromise, type Packet } from "@ws-kit/core/protocol";
import type { ItemSource } from "../api/streams.ts";

/** Gives one item after the other. */
interface Source {
  readonly next: () => IteratorResult<unknown> | Promise<IteratorResult<unknown>>;
  readonly return?: () => unknown;
}

/** What goes to a server, as fast as it has room for it. */
export interface Sender {
  /** The server has taken so many in all, and has room for so many units ahead of who reads there. */
  readonly _credit: (taken: number, window: number) => void;
  /** Nobody wants any more. */
  readonly _stop: () => void;
}

/** @throws TypeError for what gives no items. */
function sourceOf(given: ItemSource<unknown> | undefined): Source {
  const { getReader } = Object(given) as Partial<ReadableStream<unknown>>;
  if (getReader) {
    // Not every browser's streams can be iterated.
    const reader = (given as ReadableStream<unknown>).getReader();
    return { next: () => reader.read() as Promise<IteratorResult<unknown>>, return: () => reader.cancel() };
  }
  const iterable = Object(given) as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  const source = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.();
  if (!source) throw new TypeError("send takes an iterable or a ReadableStream");
  return source;
}

/**
 * @param encode An item's frame, once its schema has seen it.
 * @param pass Sends it.
 * @param end Says that it was the last.
 * @param fail Told what the source throws, and of an item that does not fit.
 */
export function createSender(
  given: ItemSource<unknown> | undefined,
  encode: (item: unknown) => Packet | Promise<Packet>,
  pass: (packet: Packet) => void,
  end: () => void,
  fail: (error: unknown) => void,
): Sender {
  let source: Source | undefined = sourceOf(given);
  let pumping = false;
  let room = 0;
  /** Units of each that was sent and not taken, and of all of them. */
  const sizes: number[] = [];
  let ahead = 0;
  let all = 0;

  const pump = async (): Promise<void> => {
    if (pumping) return;
    pumping = true;
    try {
      while (source && ahead < room) {
        const { done, value } = await source.next();
        // It may have been stopped meanwhile.
        if (source && done) {
          source = undefined;
          end();
        } else if (source) {
          const packet = await encode(await value);
          if (source) {
            all++;
            sizes.push(packet.length);
            ahead += packet.length;
            pass(packet);
          }
        }
      }
    } catch (error) {
      fail(error);
    }
    pumping = false;
  };

  return {
    _credit(taken, window) {
      for (const units of sizes.splice(0, taken - all + sizes.length)) ahead -= units;
      room = window;
      void pump();
    },
    _stop() {
      const stopped = source;
      source = undefined;
      try {
        const left = stopped?.return?.();
        // What it thinks of that is no concern of the request's.
        if (isPromise(left)) left.then(undefined, () => {});
      } catch {
        // Nor this.
      }
    },
  };
}
