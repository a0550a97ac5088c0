import { fileURLToPath } from "node:url";
import { own } from "../load/children.ts";
import type { Checkouts } from "./sections.ts";

/** Objects that a message allocates, by the engine's name of their kind. */
type Kinds = Record<string, number>;

/** Something that is counted and therefore the same on every machine. */
export interface Count {
  readonly name: string;
  /** NaN where a checkout does not have it. */
  readonly base: number;
  readonly head: number;
  /** Which kinds differ, and by how many. */
  readonly difference: string;
}

/** Shares of an object come from what happens once in many messages. */
const TOLERANCE = 0.1;
/** The engine's own book-keeping. */
const NOT_A_MESSAGES = new Set(["Structure"]);
/** Counts what is written, not what is left of it once the optimizing compiler got round to a case: that varies. */
const AS_WRITTEN = { BUN_JSC_useDFGJIT: "0" };

export async function compareAllocations(
  checkouts: Checkouts,
  wanted: (name: string) => boolean,
): Promise<readonly Count[]> {
  // Counted by one and the same script, which takes the cases of either.
  const script = fileURLToPath(new URL("../dispatch/allocations.ts", import.meta.url));
  const [base, head] = await ofBoth<Record<string, Kinds>>(checkouts, (checkout) => [
    script,
    `${checkout}/packages/bench/src/dispatch/cases.ts`,
  ]);
  const names = new Set([...Object.keys(base), ...Object.keys(head)]);
  return [...names].filter(wanted).map((name) => {
    const [before, after] = [messages(base[name]), messages(head[name])];
    return { name, base: total(before), head: total(after), difference: difference(before, after) };
  });
}

export async function compareConnectionBytes(checkouts: Checkouts): Promise<readonly Count[]> {
  const [base, head] = await ofBoth<Kinds>(checkouts, (checkout) => [
    `${checkout}/packages/bench/src/dispatch/connection-bytes.ts`,
  ]);
  return Object.entries(head).map(([name, is]) => {
    const was = base[name] ?? Number.NaN;
    return {
      name: `${name} connection, bytes`,
      base: was,
      head: is,
      difference: Number.isNaN(was) ? "not in base" : signed(is - was),
    };
  });
}

/** What a script prints of each checkout. */
async function ofBoth<T>({ base, head }: Checkouts, script: (checkout: string) => string[]): Promise<[T, T]> {
  const found: T[] = [];
  for (const checkout of [base, head]) {
    const child = Bun.spawn([process.execPath, ...script(checkout)], {
      stdout: "pipe",
      stderr: "inherit",
      env: { ...process.env, ...AS_WRITTEN },
    });
    own(child);
    found.push((await new Response(child.stdout).json()) as T);
  }
  return found as [T, T];
}

function messages(kinds: Kinds | undefined): Kinds | undefined {
  return kinds && Object.fromEntries(Object.entries(kinds).filter(([kind]) => !NOT_A_MESSAGES.has(kind)));
}

function total(kinds: Kinds | undefined): number {
  return kinds === undefined ? Number.NaN : Object.values(kinds).reduce((sum, many) => sum + many, 0);
}

function difference(base: Kinds | undefined, head: Kinds | undefined): string {
  if (base === undefined || head === undefined) return `not in ${base === undefined ? "base" : "head"}`;
  return [...new Set([...Object.keys(base), ...Object.keys(head)])]
    .map((kind) => ({ kind, by: (head[kind] ?? 0) - (base[kind] ?? 0) }))
    .filter(({ by }) => Math.abs(by) > TOLERANCE)
    .map(({ kind, by }) => `${signed(by)} ${kind}`)
    .join(", ");
}

function signed(by: number): string {
  return by === 0 ? "" : `${by > 0 ? "+" : "−"}${Math.abs(Math.round(by * 100) / 100)}`;
}
