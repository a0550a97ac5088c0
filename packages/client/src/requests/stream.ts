import type { CallOptions } from "../api/requests.ts";
import { StateError } from "../api/errors.ts";
import type { CheckedMessage } from "../steps/check.ts";

/** Aborts the request. */
export type Cancel = (reason?: unknown) => void;

/** Turns a request with progress into an async iterable. Reports wait here until the consumer asks for them. */
export function createStream(
  start: (options: CallOptions, cancelBy: (cancel: Cancel) => void) => Promise<CheckedMessage>,
  { bufferSize = 1_000, ...options }: CallOptions & { bufferSize?: number | undefined },
): AsyncIterable<unknown> & { result: Promise<CheckedMessage> } {
  const buffer: unknown[] = [];
  let iterating = false;
  let over = false;
  /** Absent where the request was refused. */
  let cancel: Cancel | undefined;
  /** Those who wait for a report, or the end. */
  const waiting: (() => void)[] = [];
  const stir = (): void => {
    for (const wake of waiting.splice(0)) wake();
  };

  const result = start(
    {
      ...options,
      onProgress(progress: unknown) {
        if (buffer.push(progress) > bufferSize) {
          // Who only waits for the result must not fail for it; who iterates must not miss a report.
          if (iterating) cancel?.(new StateError(`More than ${bufferSize} reports wait`));
          else buffer.shift();
        }
        stir();
      },
    },
    (given) => (cancel = given),
  ).finally(() => {
    over = true;
    stir();
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
          else await new Promise<void>((resolve) => waiting.push(resolve));
        }
      })();
      // A generator that waits would go only with the next report; who leaves does not wait for that.
      for (const how of ["return", "throw"] as const) {
        const end = reports[how] as (value: unknown) => Promise<IteratorResult<unknown, undefined>>;
        reports[how] = (value: unknown) => {
          left = true;
          cancel?.();
          return end.call(reports, value);
        };
      }
      return reports;
    },
  };
}
