/** Tells the benchmark where the server listens, and collects garbage when asked to. */
export function announce(port: number | undefined): void {
  process.on("SIGUSR2", () => {
    if (typeof Bun === "undefined") globalThis.gc?.();
    else Bun.gc(true);
  });
  process.stdout.write(`${port}\n`);
}
