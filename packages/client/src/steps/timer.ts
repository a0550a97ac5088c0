/** A `setTimeout` for as long or longer fires at once; who waits for more than 24 days waits for ever. */
const TOO_LONG_MS = 2 ** 31;

/** Sets the timer anew; without a time, it never fires. */
export type Arm = (ms?: number, run?: () => void) => void;

/** Makes a timer, of which only what it was set to last fires. */
export function createTimer(): Arm {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (ms = Infinity, run) => {
    clearTimeout(timer);
    timer = ms < TOO_LONG_MS ? setTimeout(run as () => void, ms) : undefined;
  };
}
