import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { Case } from "../dispatch/cases.ts";
import { runCase } from "../dispatch/slice.ts";

/**
 * Times slices of a checkout's own cases, each when it is told to: `{ name, messages }` a line in, nanoseconds of CPU a
 * line out. All threads count, so that what the compiler and the collector do beside a slice is not free.
 */
const { href } = pathToFileURL(process.argv[2] ?? "");
const { dispatchCases } = (await import(href)) as { dispatchCases: () => Case[] };
const { clientCases } = (await import(new URL("client-cases.ts", href).href)) as { clientCases: () => Promise<Case[]> };
const cases = new Map([...dispatchCases(), ...(await clientCases())].map((each) => [each.name, each]));
process.stdout.write(`${JSON.stringify([...cases.keys()])}\n`);

async function timed(each: Case, messages: number): Promise<number> {
  const before = each.socket.sent;
  const begun = process.cpuUsage();
  await runCase(each, messages);
  const { user, system } = process.cpuUsage(begun);
  // A case that no longer answers would be the fastest of all.
  const answers = each.socket.sent - before;
  if (answers < messages) throw new Error(`${each.name}: ${answers} answers to ${messages} messages`);
  return (user + system) * 1_000;
}

// Ends with its input, and so with whoever started it.
for await (const line of createInterface({ input: process.stdin })) {
  const { name, messages } = JSON.parse(line) as { name: string; messages: number };
  process.stdout.write(`${await timed(cases.get(name) as Case, messages)}\n`);
}
process.exit();
