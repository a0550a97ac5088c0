import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";
import { assignOwn } from "./own.ts";
import { isA } from "./thrown.ts";

/** For how long a line that was logged is only counted, in milliseconds. */
const QUIET_MS = 60_000;

/** Different lines within that time; what is over is counted together. */
const MAX_KINDS = 200;

/** Longest line, in UTF-16 units. */
const MAX_LINE = 1_000;

// oxlint-disable-next-line no-control-regex -- what would move a terminal's cursor, or turn the text around, is being replaced
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The same without what parts the lines of a stack. */
// oxlint-disable-next-line no-control-regex -- as above
const IN_STACKS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Causes of causes that are looked at. */
const MAX_CAUSES = 8;

/** What differs between lines that say the same: quoted words, ids, figures. */
const PARTICULARS = /"(?:[^"\\]|\\.)*"|[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g;

interface Seen {
  readonly level: "warn" | "error";
  readonly line: string;
  again: number;
}

/**
 * A logger for lines that a peer can cause, as many as it likes and with its own words in them: the same line once a
 * minute, then how often it would have been there; cut, and with control characters escaped. Lines that differ in
 * figures, ids and quoted words alone are the same.
 *
 * @param sleeps No timer of its own: how often is said when the next line comes.
 */
export function calmLogger(logger: Logger, clock: Clock, sleeps: boolean): Logger {
  const seen = new Map<string, Seen>();
  let since = 0;
  let timer: unknown;

  function log(level: "warn" | "error", message: string, details: readonly unknown[]): void {
    const now = clock.monotonic();
    if (now - since >= QUIET_MS) {
      tell();
      since = now;
    }
    const line = printable(message);
    const kind = seen.size < MAX_KINDS ? `${level} ${line.replace(PARTICULARS, "#")}` : "others";
    const before = seen.get(kind);
    if (before === undefined) {
      seen.set(kind, { level, line, again: 0 });
      logger[level](line, ...details.map((detail) => tamed(detail, MAX_CAUSES)));
      return;
    }
    before.again++;
    if (!sleeps) timer ??= clock.setTimeout(tell, since + QUIET_MS - now);
  }

  /** Says how often what was only counted, and forgets it. */
  function tell(): void {
    if (timer !== undefined) clock.clearTimeout(timer);
    timer = undefined;
    for (const { level, line, again } of seen.values()) {
      if (again > 0) logger[level](`${again} more like this within a minute: ${line}`);
    }
    seen.clear();
  }

  return {
    debug: (message, ...details) => logger.debug(printable(message), ...details),
    warn: (message, ...details) => log("warn", message, details),
    error: (message, ...details) => log("error", message, details),
  };
}

/** @returns one line of a bounded length. */
function printable(message: string): string {
  const cut = message.length > MAX_LINE ? `${message.slice(0, MAX_LINE)}…` : message;
  return escaped(cut, UNPRINTABLE);
}

function escaped(text: string, what: RegExp): string {
  return text.replace(what, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** An error as it may be printed: itself, unless it or a cause of it quotes a peer's control characters. */
function tamed(detail: unknown, depth: number): unknown {
  if (!isA(detail, Error)) return detail;
  try {
    const { name, message, stack = "", cause: of, ...more } = detail;
    const inside = (error: unknown): unknown => (depth > 0 ? tamed(error, depth - 1) : undefined);
    const cause = inside(of);
    const all: readonly unknown[] = isA(detail, AggregateError) ? detail.errors : [];
    const errors = all.map(inside);
    const [text, trace] = [escaped(message, IN_STACKS), escaped(stack, IN_STACKS)];
    const isSame =
      text === message && trace === stack && cause === of && errors.every((error, at) => error === all[at]);
    if (isSame) return detail;
    const copy = new Error(text, cause === undefined ? undefined : { cause });
    Object.setPrototypeOf(copy, Object.getPrototypeOf(detail) as object);
    assignOwn(copy as never, more);
    Object.defineProperties(copy, { name: { value: name }, stack: { value: trace } });
    if (all.length > 0) Object.defineProperty(copy, "errors", { value: errors });
    return copy;
  } catch {
    return detail;
  }
}
