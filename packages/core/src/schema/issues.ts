import type { StandardIssue } from "./standard-schema.ts";

/** One reason why a value was refused. Never holds the value itself. */
export interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Longest text of an issue and longest key in its path: keys are the sender's, and 20 issues may repeat one. */
const MAX_TEXT = 500;

const MAX_KEY = 128;

/** Reduces a validator's issues to what may be shown to a peer. */
export function toIssues(issues: readonly StandardIssue[]): Issue[] {
  const told: Issue[] = [];
  for (const { message, path } of issues) {
    if (
      told.push({ path: path === undefined ? [] : segments(path), message: message.slice(0, MAX_TEXT) }) === MAX_ISSUES
    )
      break;
  }
  return told;
}

/** ArkType's path is a subclass of Array, which map() would make another of; and Array.from() takes five times as long. */
function segments(path: NonNullable<StandardIssue["path"]>): (string | number)[] {
  const found: (string | number)[] = [];
  for (const part of path) found.push(segment(part));
  return found;
}

function segment(part: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof part === "object" ? part.key : part;
  return typeof key === "number" ? key : String(key).slice(0, MAX_KEY);
}

/** Most issues that one failure reports. */
export const MAX_ISSUES = 20;

/** Most scalars of one refused value that are looked for in its message. */
const MAX_SCALARS = 256;

/**
 * Takes the received value out of the messages of a validator that nothing is known of. Many quote it: ArkType's
 * `must be at least 10 (was 5)`, Effect's `Expected string, actual 5`.
 */
export function redact(issues: readonly StandardIssue[], value: unknown): StandardIssue[] {
  return issues.slice(0, MAX_ISSUES).map(({ message, path = [] }) => {
    const refused = path.reduce<unknown>(
      (at, part) =>
        (at as Record<PropertyKey, unknown> | null | undefined)?.[typeof part === "object" ? part.key : part],
      value,
    );
    return { path, message: withoutScalars(message, refused).replace(/ \(was .*$/s, "") };
  });
}

function withoutScalars(message: string, refused: unknown): string {
  let clean = message;
  for (const scalar of scalars(refused)) {
    const text = String(scalar);
    clean =
      typeof scalar === "string"
        ? replaceQuoted(clean, text)
        : clean.replaceAll(new RegExp(`(?<![\\w.-])${escape(text)}(?![\\w.])`, "g"), `(${typeof scalar})`);
  }
  return clean;
}

/** A short word is only taken for the value where it stands in quotes: a message may well use it itself. */
function replaceQuoted(message: string, text: string): string {
  const json = escape(JSON.stringify(text).slice(1, -1));
  const form = json === escape(text) ? json : `(?:${json}|${escape(text)})`;
  const quoted = message.replaceAll(new RegExp(`(["'\`])${form}\\1`, "g"), "(string)");
  return text.length < 4 ? quoted : quoted.replaceAll(new RegExp(`(?<!\\w)${form}(?!\\w)`, "g"), "(string)");
}

/** Strings, numbers and bigints below a value, longest text first, so that no part of one is left. */
function scalars(value: unknown): (string | number | bigint)[] {
  const found = new Set<string | number | bigint>();
  const seen = new Set<unknown>();
  const left: unknown[] = [value];
  while (left.length > 0 && found.size < MAX_SCALARS && seen.size < MAX_SCALARS) {
    const next = left.pop();
    if (typeof next === "string" || typeof next === "number" || typeof next === "bigint") {
      if (next !== "") found.add(next);
    } else if (typeof next === "object" && next !== null && !seen.has(next)) {
      seen.add(next);
      left.push(...Object.values(next));
    }
  }
  return [...found].toSorted((a, b) => String(b).length - String(a).length);
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
