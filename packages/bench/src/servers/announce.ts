/** Tells the benchmark where the server listens; when asked to, collects garbage and tells how much of the heap is left in use. */
export function announce(port: number | undefined): void {
  process.on("SIGUSR2", () => {
    if (typeof Bun === "undefined") globalThis.gc?.();
    else Bun.gc(true);
    process.stdout.write(`${process.memoryUsage().heapUsed}\n`);
  });
  process.stdout.write(`${port}\n`);
}
