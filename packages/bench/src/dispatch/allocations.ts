import { heapStats } from "bun:jsc";
import type { Case } from "./cases.ts";
import { runCase } from "./slice.ts";

/** So few that no garbage collection comes between the two counts. */
const MESSAGES = 1_000;

/** The cases are those of the file that is named, or else those beside this one. */
const { dispatchCases } = (await import(process.argv[2] ?? "./cases.ts")) as { dispatchCases: () => Case[] };
/** What one message allocates, as JSON: objects by the engine's name of their kind, for every case. */
const counted: Record<string, Record<string, number>> = {};
for (const each of dispatchCases()) {
  await runCase(each, 2_000);
  Bun.gc(true);
  const before = heapStats().objectTypeCounts;
  await runCase(each, MESSAGES);
  const after = heapStats().objectTypeCounts;
  const grown: Record<string, number> = {};
  for (const [kind, count] of Object.entries(after)) {
    const many = (count - (before[kind] ?? 0)) / MESSAGES;
    if (many > 0.1) grown[kind] = Math.round(many * 100) / 100;
  }
  counted[each.name] = grown;
}
process.stdout.write(`${JSON.stringify(counted)}\n`);
