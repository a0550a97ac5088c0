/** A `setTimeout` for as long or longer fires at once; who waits for more than 24 days waits for ever. */
const TOO_LONG_MS = 2 ** 31;

/** Sets a timer that may never fire. */
export function after(ms: number, run: () => void): ReturnType<typeof setTimeout> | undefined {
  return ms >= TOO_LONG_MS ? undefined : setTimeout(run, ms);
}
