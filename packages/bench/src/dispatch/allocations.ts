import { heapStats } from "bun:jsc";
import { dispatchCases } from "./cases.ts";

/** So few that no garbage collection comes between the two counts. */
const MESSAGES = 1_000;

/** What one message allocates, as JSON: objects by the engine's name of their kind, for every case. */
const counted: Record<string, Record<string, number>> = {};
for (const { name, run } of dispatchCases()) {
  for (let i = 0; i < 2_000; i++) run();
  Bun.gc(true);
  const before = heapStats().objectTypeCounts;
  for (let i = 0; i < MESSAGES; i++) run();
  const after = heapStats().objectTypeCounts;
  const grown: Record<string, number> = {};
  for (const [kind, count] of Object.entries(after)) {
    const each = (count - (before[kind] ?? 0)) / MESSAGES;
    if (each > 0.1) grown[kind] = Math.round(each * 100) / 100;
  }
  counted[name] = grown;
}
process.stdout.write(`${JSON.stringify(counted)}\n`);
