import { StateError } from "./errors.ts";
import type { CheckedMessage } from "./check.ts";
import type { CallOptions } from "./calls.ts";

/** What `stream` is made of: a request that takes a signal and reports its progress. */
export type StartRequest = (options: CallOptions) => Promise<CheckedMessage>;

/** Turns a request with progress into an async iterable. Reports wait here until the consumer asks for them. */
export function createStream(
  start: StartRequest,
  { bufferSize = 1_000, ...options }: CallOptions & { bufferSize?: number | undefined },
): AsyncIterable<unknown, void, undefined> & { result: Promise<CheckedMessage> } {
  const buffer: unknown[] = [];
  const controller = new AbortController();
  const { signal } = options;
  let iterating = false;
  let over = false;
  let wake: (() => void) | undefined;
  let overflow: StateError | undefined;

  const forward = () => controller.abort(signal?.reason);
  if (signal?.aborted) forward();
  signal?.addEventListener("abort", forward);

  const result = start({
    ...options,
    signal: controller.signal,
    onProgress(progress: unknown) {
      if (buffer.push(progress) > bufferSize) {
        // Who only waits for the result must not be failed for it; who iterates must not miss anything.
        if (!iterating) buffer.shift();
        else {
          buffer.pop();
          overflow ??= new StateError(`The consumer is more than ${bufferSize} reports behind: aborted`);
          controller.abort(overflow);
        }
      }
      wake?.();
    },
  }).finally(() => {
    over = true;
    signal?.removeEventListener("abort", forward);
    wake?.();
  });
  // The iteration throws it too, so nobody has to look at the result.
  result.catch(() => {});

  return {
    result,
    async *[Symbol.asyncIterator]() {
      iterating = true;
      try {
        for (;;) {
          while (buffer.length > 0) yield buffer.shift();
          if (over) break;
          await new Promise<void>((resolve) => (wake = resolve));
        }
        if (overflow) throw overflow;
        await result;
      } finally {
        controller.abort();
      }
    },
  };
}
