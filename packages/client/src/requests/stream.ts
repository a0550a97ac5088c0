import type { CallOptions } from "../api/client.ts";
import { StateError } from "../api/errors.ts";
import type { CheckedMessage } from "../steps/check.ts";

/** Turns a request with progress into an async iterable. Reports wait here until the consumer asks for them. */
export function createStream(
  start: (options: CallOptions) => Promise<CheckedMessage>,
  { bufferSize = 1_000, ...options }: CallOptions & { bufferSize?: number | undefined },
): AsyncIterable<unknown> & { result: Promise<CheckedMessage> } {
  const buffer: unknown[] = [];
  const controller = new AbortController();
  const { signal } = options;
  // React Native has no AbortSignal.any.
  const abort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  let iterating = false;
  let over = false;
  let wake: (() => void) | undefined;

  const result = start({
    ...options,
    signal: controller.signal,
    onProgress(progress: unknown) {
      if (buffer.push(progress) > bufferSize) {
        // Who only waits for the result must not fail for it; who iterates must not miss a report.
        if (iterating) controller.abort(new StateError(`More than ${bufferSize} reports wait`));
        else buffer.shift();
      }
      wake?.();
    },
  }).finally(() => {
    signal?.removeEventListener("abort", abort);
    over = true;
    wake?.();
  });
  // The iteration throws it too, so nobody has to look at the result.
  result.catch(() => {});

  return {
    result,
    [Symbol.asyncIterator]() {
      iterating = true;
      let left = false;
      const reports = (async function* (): AsyncGenerator<unknown, undefined> {
        for (;;) {
          if (left) return undefined;
          if (buffer.length > 0) yield buffer.shift();
          else if (over) return void (await result);
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      })();
      // A generator that waits would go only with the next report; who leaves does not wait for that.
      for (const how of ["return", "throw"] as const) {
        const end = reports[how] as (value: unknown) => Promise<IteratorResult<unknown, undefined>>;
        reports[how] = (value: unknown) => {
          left = true;
          controller.abort();
          return end.call(reports, value);
        };
      }
      return reports;
    },
  };
}
