import type { Case } from "./cases.ts";

/** Runs a case so many times, and lets handlers end wherever more than `inFlight` would wait. */
export async function runCase({ run, inFlight }: Case, messages: number): Promise<void> {
  if (inFlight === undefined) {
    for (let i = 0; i < messages; i++) run();
    return;
  }
  for (let left = messages; left > 0; left -= inFlight) {
    for (let i = Math.min(left, inFlight); i > 0; i--) run();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
