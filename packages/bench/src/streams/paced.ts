/** Waits after each item so that no more bytes a second go through. */
export function paced(bytesPerSecond: number): (bytes: number) => Promise<void> {
  const since = performance.now();
  let all = 0;
  return async (bytes) => {
    all += bytes;
    const ahead = since + (all / bytesPerSecond) * 1_000 - performance.now();
    if (ahead > 1) await new Promise((resolve) => setTimeout(resolve, ahead));
  };
}
