import {
  type AnyMessage,
  checksOf,
  judge,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
  type Validator,
  validatorsOf,
} from "@ws-kit/core/schema";
import { FORMATTED, NUMBERS, WORDS } from "./values.ts";
import { expect } from "vitest";

/** A repeatable choice: a whole number from 0 up to, but not, `below`. */
export type Choose = (below: number) => number;

/** A schema, and a source of values that fit it more often than not. */
export interface Case<S extends StandardSchema> {
  readonly schema: S;
  readonly value: (choose: Choose) => unknown;
}

/** Cases of both libraries together; a fifth as many again are given to checks that are composed without generating code. */
export const CASES = Number(process.env["FUZZ_CASES"] ?? 50_000);

/** Where the choices begin; another one for each slice of a long run. */
export const SEED = Number(process.env["FUZZ_SEED"] ?? 20_260_401);

export function pick<T>(choose: Choose, from: readonly T[]): T {
  return from[choose(from.length)] as T;
}

export const KEYS = ["a", "b", "with space", 'quo"te', "then", "constructor", "toString", "$[x", "\u2028", "0", "10"];

const ODD: readonly unknown[] = [
  undefined,
  null,
  -0,
  Number.NaN,
  Infinity,
  2 ** 60,
  1.5,
  "abc",
  "Admin",
  [],
  {},
  [undefined],
  true,
  new Date(0),
  5n,
  () => 0,
];

export const word = (choose: Choose): unknown => odd(choose, () => pick(choose, choose(3) > 0 ? WORDS : FORMATTED));

export const scalar = (choose: Choose): unknown =>
  pick(choose, [word, () => pick(choose, NUMBERS), () => true, () => null])(choose);

export const text = <S extends StandardSchema>(schema: S): Case<S> => among(schema, ...WORDS, ...FORMATTED);

export const numeric = <S extends StandardSchema>(schema: S): Case<S> => among(schema, ...NUMBERS);

/** Now and then something else: that is where a check and its schema could part. */
export function odd(choose: Choose, value: () => unknown): unknown {
  return choose(40) === 0 ? pick(choose, ODD) : value();
}

/** Mostly those of `values` that a schema accepts. */
export function among<S extends StandardSchema>(schema: S, ...values: readonly unknown[]): Case<S> {
  const accepted = values.filter((value) => accepts(schema, value));
  const most = accepted.length > 0 ? accepted : values;
  return { schema, value: (choose) => odd(choose, () => pick(choose, choose(8) > 0 ? most : values)) };
}

function accepts(schema: StandardSchema, value: unknown): boolean {
  const result = attempt(() => schema["~standard"].validate(value)) as {
    issues?: unknown;
    catch?: (ignore: () => void) => void;
  };
  result.catch?.(() => {});
  return !(result instanceof Error) && result.issues === undefined;
}

/** Most lists are short; some are so long that a refusal shows only a part of them. */
export function list(choose: Choose, item: () => unknown): unknown[] {
  return Array.from({ length: choose(12) === 0 ? 15 + choose(60) : choose(4) }, () => item());
}

/** What was seen, so that a fuzz which checks nothing fails. */
export interface Seen {
  accepted: number;
  refused: number;
}

/** Compares what the server's own checks make of a value with what the schema itself does, in both directions. */
export async function compare(message: AnyMessage, value: unknown, seen: Seen): Promise<void> {
  // A server refuses to send what looks like a promise before it asks a schema, which would wait for it.
  if (!looksLikePromise(value)) await outward(message, value, seen);
  const received = overTheWire(value);
  if (received !== undefined) await inward(validatorsOf(message).payload as Validator, received.value, seen);
}

function looksLikePromise(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return typeof (value as { then?: unknown }).then === "function" || Object.values(value).some(looksLikePromise);
}

async function outward(message: AnyMessage, value: unknown, seen: Seen): Promise<void> {
  const { payload, uncarried } = validatorsOf(message);
  const validator = payload as Validator;
  const checks = checksOf(validator);
  const fast = attempt(() => checks.out(value));
  if (fast === undefined) return;
  const { carried } = checks;
  const slow = await settled(() => validator.outbound(value));
  if (fast instanceof Error) {
    if (slow instanceof Error) return;
    throw new Error("Throws where the schema does not", { cause: fast });
  }
  // What travels may have its keys in another order than the validator gives its output.
  same(fast, slow, seen, validator.strips);
  if (carried) expect(uncarried?.(fast)).toBeUndefined();
}

async function inward(validator: Validator, value: unknown, seen: Seen): Promise<void> {
  const checks = checksOf(validator);
  const slow = await settled(() => validator.inbound(value));
  const fast = attempt(() => checks.in(value));
  if (fast instanceof Error) {
    if (slow instanceof Error) return;
    throw new Error("Throws where the schema does not", { cause: fast });
  }
  if (fast !== undefined) {
    same(fast, slow, seen, false);
    expect(frozen(fast)).toEqual(frozen((slow as { value: unknown }).value));
    return;
  }
  const judged = await settled(() => judge(checks, value));
  // A function in the schema throws: then only what was refused before it may be told.
  if (slow instanceof Error) {
    if (judged instanceof Error || judged.issues !== undefined) return;
    throw new Error(`Accepted ${inOrder(value)}, at which the schema throws`, { cause: slow });
  }
  if (judged instanceof Error) throw judged;
  if (slow.issues === undefined) {
    expect((judged as { value: unknown }).value).toEqual(slow.value);
    return;
  }
  seen.refused++;
  const issues = judged.issues?.map(said) ?? [];
  expect(issues.length).toBeGreaterThan(0);
  // Each of them is one that the schema, or an option of a union in it, found in the whole value. What is told
  // has no options, and says less of values.
  const raw = await settled(() => validator.schema["~standard"].validate(value));
  const found = raw instanceof Error ? [] : (raw.issues ?? []);
  const all = [...slow.issues, ...found].flatMap(withOptions).map(said);
  // Valibot looks at the length of a list alone where nothing in it is of another type, which its part may not show.
  const strange = issues.filter(
    (issue) => !all.some((one) => one.startsWith(issue.slice(0, -2))) && !/"Invalid length: Expected \S+"/.test(issue),
  );
  if (strange.length > 0)
    throw new Error(`Not what the schema says: ${strange.join()} but ${all.join()} for ${inOrder(value)}`);
}

function same(fast: unknown, slow: StandardResult<unknown> | Error, seen: Seen, anyOrder: boolean): void {
  if (slow instanceof Error) throw new Error("Accepted what the schema throws at", { cause: slow });
  if (slow.issues !== undefined) throw new Error(`Accepted ${inOrder(fast)} for ${slow.issues.map(said).join()}`);
  const expected = (slow as { value: unknown }).value;
  expect(fast).toEqual(expected);
  // Also the order of the keys, and no key without a value where the schema leaves it out.
  const told = anyOrder ? sorted : inOrder;
  expect(told(fast)).toBe(told(expected));
  seen.accepted++;
}

function sorted(value: unknown): string {
  return inOrder(value, (part) => Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

function inOrder(value: unknown, arrange = (part: object): object => part): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part === undefined) return "(undefined)";
    if (typeof part === "bigint" || typeof part === "function") return String(part);
    return typeof part === "object" && part !== null && !Array.isArray(part) ? arrange(part) : part;
  });
}

/** Which parts of it are frozen, in the order of the keys. */
function frozen(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return true;
  return [Object.isFrozen(value), ...Object.values(value).map(frozen)];
}

function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function settled(run: () => StandardResult<unknown> | Promise<StandardResult<unknown>>) {
  try {
    return await run();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function overTheWire(value: unknown): { value: unknown } | undefined {
  try {
    const json = JSON.stringify(value) as string | undefined;
    return json === undefined ? undefined : { value: JSON.parse(json) };
  } catch {
    return undefined;
  }
}

/** With what the options of a union say, of which a validator tells the one alone that comes near. */
function withOptions(issue: StandardIssue): StandardIssue[] {
  type Options = {
    readonly errors?: readonly (readonly StandardIssue[])[];
    readonly issues?: readonly StandardIssue[];
  };
  const { errors = [], issues = [], path = [] } = issue as StandardIssue & Options;
  const zods = errors.flat().map((found) => ({ ...found, path: [...path, ...(found.path ?? [])] }));
  // Valibot's have their whole path.
  return [issue, ...[...zods, ...issues].flatMap(withOptions)];
}

function said(issue: { message: string; path?: readonly unknown[] | undefined }): string {
  const path = (issue.path ?? []).map((part) => (typeof part === "object" ? (part as { key: unknown }).key : part));
  return JSON.stringify([path, issue.message]);
}
