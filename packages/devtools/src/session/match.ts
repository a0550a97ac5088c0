import { kindOf, mapped, packed } from "./values.ts";

/** Two values that are not what one another should be. */
export interface Unlike {
  /** Where they stand in the frame: `payload.rooms.0.name`. */
  readonly path: string;
  /** Undefined where there was none. */
  readonly expected: unknown;
  readonly actual: unknown;
}

/** What redaction left. */
const PLACEHOLDER = /\[redacted \d+\]/g;

/** What a server makes up anew each time: a UUID (RFC 9562), a ULID, hexadecimal, base64url. */
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const HEX = /^[\da-f]{16,}$/i;
const COMPACT = /^[\w+/=-]{16,}$/;
/** Names of what is an id by its name. */
const ID_NAME = /(^|[a-z_-])(id|uuid|nonce|epoch|cursor|token|grant)$|^(id|uuid|ref)$|I[dD]$/;

/** Milliseconds since the epoch, from 2001 to 2100. */
const isTime = (value: unknown): boolean =>
  typeof value === "number" && value > 978_000_000_000 && value < 4_103_000_000_000;
/** ISO 8601. */
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/**
 * What values of a session are in a replay. A server makes ids of its own anew: the first time that one stands where another one
 * stood, the two are taken for the same, and have to be ever after; what clients sent back is put as it is now.
 */
export class Bindings {
  private readonly values: Map<string, unknown>;
  private readonly ignored: readonly RegExp[];

  /** @param given What stands for redacted values. @param ignore Paths that are not compared. */
  constructor(given: Readonly<Record<string, unknown>>, ignore: readonly string[]) {
    this.values = new Map(Object.entries(given));
    this.ignored = ignore.map(patternOf);
  }

  /** What a recorded value is now. */
  now(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    return typeof value === "object" && value !== null ? mapped(value, (each) => this.now(each)) : value;
  }

  /** Redacted values that nothing is known for. */
  unknown(value: unknown): string[] {
    return [...(JSON.stringify(packed(value)) ?? "").matchAll(PLACEHOLDER)]
      .map(([name]) => name)
      .filter((name) => !this.values.has(name));
  }

  /** How a frame differs from what was recorded. @returns what is to be kept of it, where it is the one that was meant. */
  compare(expected: unknown, actual: unknown): { readonly unlike: Unlike[]; readonly learn: () => void } {
    const unlike: Unlike[] = [];
    const learned = new Map<string, unknown>();
    this.walk(expected, actual, [], unlike, learned);
    return {
      unlike,
      learn: () => {
        for (const [recorded, now] of learned) this.values.set(recorded, now);
      },
    };
  }

  private walk(
    expected: unknown,
    actual: unknown,
    path: readonly string[],
    unlike: Unlike[],
    learned: Map<string, unknown>,
  ): void {
    const at = path.join(".");
    if (this.ignored.some((pattern) => pattern.test(at))) return;
    if (typeof expected === "string") {
      if (!this.isSame(expected, actual, path.at(-1) ?? "", learned)) unlike.push({ path: at, expected, actual });
      return;
    }
    if (typeof expected !== "object" || expected === null || typeof actual !== "object" || actual === null) {
      if (!Object.is(expected, actual) && !(isTime(expected) && isTime(actual)))
        unlike.push({ path: at, expected, actual });
      return;
    }
    const kind = kindOf(expected);
    if (kind !== kindOf(actual) || (kind === "bytes" && !isSameBytes(expected, actual))) {
      unlike.push({ path: at, expected, actual });
      return;
    }
    if (kind === "bytes" || kind === "date") return;
    const [was, is] = [membersOf(expected), membersOf(actual)];
    for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
      this.walk(was[key], is[key], [...path, key], unlike, learned);
    }
  }

  private isSame(expected: string, actual: unknown, name: string, learned: Map<string, unknown>): boolean {
    const known = learned.get(expected) ?? this.values.get(expected);
    if (known !== undefined) return known === actual;
    if (/^\[redacted \d+\]$/.test(expected)) {
      if (actual !== undefined) learned.set(expected, actual);
      return actual !== undefined;
    }
    if (typeof actual !== "string") return false;
    if (expected === actual || this.text(expected) === actual) return true;
    if (DATE.test(expected) && DATE.test(actual)) return true;
    if (isMadeUp(expected, name) && isMadeUp(actual, name)) {
      learned.set(expected, actual);
      return true;
    }
    return expected.includes("[redacted ") && this.fits(expected, actual, learned);
  }

  /** A text of which a part was redacted. */
  private fits(expected: string, actual: string, learned: Map<string, unknown>): boolean {
    const names = expected.match(PLACEHOLDER) ?? [];
    const parts = expected.split(PLACEHOLDER).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
    const found = new RegExp(`^${parts.join("(.+?)")}$`, "s").exec(actual);
    if (found === null) return false;
    for (const [index, name] of names.entries()) learned.set(name, found[index + 1]);
    return true;
  }

  private text(value: string): unknown {
    const whole = this.values.get(value);
    if (whole !== undefined) return whole;
    let text = value;
    for (const [recorded, now] of this.values) {
      // Short ones stand in words by chance.
      if (recorded.length >= 12 && recorded.length < text.length && typeof now === "string")
        text = text.replaceAll(recorded, now);
    }
    return text;
  }
}

function isSameBytes(expected: object, actual: object): boolean {
  const [was, is] = [expected as Uint8Array, actual as Uint8Array];
  return was.length === is.length && was.every((byte, index) => byte === is[index]);
}

/** What is looked at one after the other. */
function membersOf(value: object): Record<string, unknown> {
  if (value instanceof Map) return Object.fromEntries(value);
  return (value instanceof Set ? [...value] : value) as Record<string, unknown>;
}

/** Whether somebody made it up: by its shape, or by its name and more than one kind of letters. */
function isMadeUp(text: string, name: string): boolean {
  if (UUID.test(text) || HEX.test(text)) return true;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(text)).length;
  if (COMPACT.test(text) && kinds === 3) return true;
  if (name === "correlationId") return text.startsWith("s:");
  return ID_NAME.test(name) && text.length >= 8 && kinds >= 2 && !text.includes(" ");
}

/** `*` stands for one step of a path, `**` for any number. */
function patternOf(path: string): RegExp {
  const steps = path.split(".").map((step) => {
    if (step === "**") return String.raw`(?:[^.]+\.)*`;
    return `${step === "*" ? "[^.]+" : step.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}\\.`;
  });
  // Each step ends with a dot, as the path does that it is held to.
  return new RegExp(`^${steps.join("").replace(/\\\.$/, "")}$`);
}
