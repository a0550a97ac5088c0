import { readdirSync, readFileSync } from "node:fs";

/** CPU time of a process in nanoseconds, from the scheduler's own books: all threads, those that have ended included. */
export class CpuClock {
  private readonly seen = new Map<string, number>();
  private readonly pid: number;

  constructor(pid: number) {
    this.pid = pid;
  }

  read(): number {
    for (const thread of readdirSync(`/proc/${this.pid}/task`)) {
      try {
        const line = readFileSync(`/proc/${this.pid}/task/${thread}/schedstat`, "latin1");
        this.seen.set(thread, Number(line.slice(0, line.indexOf(" "))));
      } catch {
        // It ended between the two reads; what it had used is known from the last time.
      }
    }
    let total = 0;
    for (const used of this.seen.values()) total += used;
    return total;
  }
}

/** Memory of a process that is resident and its own, in bytes. */
export function residentBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
  return (kilobytes("Private_Dirty") + kilobytes("Private_Clean")) * 1024;
}
