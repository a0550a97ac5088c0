/**
 * What is never shown or recorded: names of keys that are hidden beside those that always are; or a function that says of
 * each value whether it is hidden (true), shown (false), or left to the names that always are (undefined).
 */
export type RedactRule =
  | readonly string[]
  | ((path: readonly (string | number)[], value: unknown) => boolean | undefined);

/** What a hidden value is replaced by; a session numbers its own, so that one value stays one. */
export type Replacement = (value: unknown) => string;

export const REDACTED = "[redacted]";

/** Names of keys whose values are hidden: `userPassword`, `access_token`, `x-api-key` and the like. */
const SECRET =
  /pass(word|wd|phrase|code)|secret|token|authori[sz]ation|cookie|credential|(api|private|access|secret)[-_]?key|session[-_]?id|^(pwd|auth|otp|pin|cvv|cvc|ssn|iban|jwt)$|card[-_]?number/i;

/**
 * In a text: what is called by such a name, as in a query, in a form or in JSON; passwords of URLs; what follows `Bearer`; and
 * JSON Web Tokens (RFC 7519), wherever they stand.
 */
const NAMED = /((?:^|[?&#\s"'(,;])([^=?&#\s"'(,;]+)=)([^&#\s"']+)/g;
const IN_JSON = /("([\w-]+)"\s*:\s*")([^"]+)/g;
const IN_URL = /(\b[a-z][a-z\d+.-]{0,20}:\/\/[^\s:@/"']{0,256}:)([^\s@/"']{1,1024})(?=@)/gi;
const BEARER = /\b(Bearer|Basic) +([\w.~+/=-]{8,})/gi;
/** What may be web tokens, as a whole: each place where one might begin would otherwise be read on to the end. */
const DOTTED = /(?<![\w.-])[\w.-]+/g;

/** How deep is looked, and at how many values of one whole; what is deeper is hidden, what comes after those left out. */
const MAX_DEPTH = 64;
const MAX_VALUES = 100_000;

/** What is shown in the place of a value that it stands in itself. */
const CIRCULAR = "[circular]";

/** Hides the web tokens in a run of letters and dots: three parts, of which the first begins so. */
function withoutTokens(run: string, replacement: Replacement): string {
  const parts = run.split(".");
  const shown: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    const [header = "", claims = "", signature] = parts.slice(i, i + 3);
    const at = claims === "" || signature === undefined ? -1 : header.search(/\beyJ[\w-]/);
    if (at < 0) {
      shown.push(header);
      continue;
    }
    shown.push(header.slice(0, at) + replacement(`${header.slice(at)}.${claims}.${signature}`));
    i += 2;
  }
  return shown.join(".");
}

/** What was looked at of one whole. */
interface Look {
  /** Values it may still be. */
  left: number;
  /** What the value stands in. */
  readonly within: Set<object>;
}

/**
 * Makes what hides secrets in a copy of a value.
 * @param exact Keeps bytes, dates, maps and the like as they are, where others are shown as text.
 * @param path Where the value stands.
 * @param most How many values are looked at: what is reached by many ways may be more than a process has time for.
 */
export function redactor(
  rule: RedactRule | undefined,
  replacement: Replacement = () => REDACTED,
  exact = false,
): (value: unknown, path?: readonly (string | number)[], most?: number) => unknown {
  const names = new Set(typeof rule === "function" ? [] : (rule ?? []).map((name) => name.toLowerCase()));
  const own = typeof rule === "function" ? rule : undefined;
  const isSecret = (name: string): boolean => SECRET.test(name) || names.has(name.toLowerCase());

  const isHidden = (path: readonly (string | number)[], value: unknown): boolean => {
    const said = own?.(path, value);
    if (said !== undefined) return said;
    const name = path.at(-1);
    if (typeof name !== "string" || value === null || value === undefined || typeof value === "boolean") return false;
    return isSecret(name);
  };

  const named = (whole: string, before: string, name: string, value: string): string =>
    isSecret(name) ? before + replacement(value) : whole;

  const inText = (text: string): string => {
    if (text.length < 8) return text;
    const shown = text
      .replaceAll(NAMED, named)
      .replaceAll(IN_JSON, named)
      .replaceAll(IN_URL, (_, before: string, value: string) => before + replacement(value))
      .replaceAll(BEARER, (_, scheme: string, value: string) => `${scheme} ${replacement(value)}`);
    return shown.includes("eyJ") ? shown.replaceAll(DOTTED, (run) => withoutTokens(run, replacement)) : shown;
  };

  const redact = (value: unknown, path: readonly (string | number)[], look: Look): unknown => {
    if (look.left-- <= 0) return REDACTED;
    if (path.length > 0 && isHidden(path, value)) return replacement(value);
    if (typeof value === "string") return inText(value);
    if (typeof value === "bigint") return exact ? value : `${value}n`;
    if (typeof value !== "object" || value === null) return typeof value === "function" ? "[function]" : value;
    if (path.length > MAX_DEPTH) return REDACTED;
    const bytes = bytesOf(value);
    // A copy, since it may be a part of what a handler is given to change.
    if (bytes !== undefined) return exact ? bytes.slice() : `[${bytes.length} bytes]`;
    if (value instanceof Date) return exact ? value : Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (look.within.has(value)) return CIRCULAR;
    look.within.add(value);
    const shown = inObject(value, path, look);
    look.within.delete(value);
    return shown;
  };

  const inObject = (value: object, path: readonly (string | number)[], look: Look): unknown => {
    if (value instanceof Map) return exact ? inMap(value, path, look) : redact(Object.fromEntries(value), path, look);
    const isList = Array.isArray(value) || value instanceof Set;
    const shown: Record<string, unknown> | unknown[] = isList ? [] : {};
    for (const [key, each] of isList ? [...value].entries() : Object.entries(value)) {
      define(shown, key, redact(each, [...path, key], look));
      if (look.left <= 0) break;
    }
    return exact && value instanceof Set ? new Set(shown as unknown[]) : shown;
  };

  const inMap = (
    value: Map<unknown, unknown>,
    path: readonly (string | number)[],
    look: Look,
  ): Map<unknown, unknown> => {
    const entries = [...value].slice(0, look.left);
    return new Map(entries.map(([key, each]) => [redact(key, [], look), redact(each, [...path, String(key)], look)]));
  };
  return (value, path = [], most = MAX_VALUES) => redact(value, path, { left: most, within: new Set() });
}

/** The bytes of what has some; undefined for everything else. */
function bytesOf(value: object): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined;
}

/** Also where the key is `__proto__`. */
function define(target: object, key: string | number, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
