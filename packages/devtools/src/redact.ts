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
const NAMED = /((?:^|[?&#\s"'(,;])([^=&#\s"'(,;]+)=)([^&#\s"']+)/g;
const IN_JSON = /("([\w-]+)"\s*:\s*")([^"]+)/g;
const IN_URL = /(\b[a-z][a-z\d+.-]{0,20}:\/\/[^\s:@/"']{0,256}:)([^\s@/"']{1,1024})(?=@)/gi;
const BEARER = /\b(Bearer|Basic) +([\w.~+/=-]{8,})/gi;
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** How deep is looked, and at how many values of one whole; what is deeper is hidden, what comes after those left out. */
const MAX_DEPTH = 64;
const MAX_VALUES = 100_000;

/** What is shown in the place of a value that it stands in itself. */
const CIRCULAR = "[circular]";

/** What was looked at of one whole. */
interface Look {
  /** Values it may still be. */
  left: number;
  /** What the value stands in. */
  readonly within: Set<object>;
}

/**
 * Makes what hides secrets in a copy of a value.
 * @param path Where the value stands.
 * @param most How many values are looked at: what is reached by many ways may be more than a process has time for.
 */
export function redactor(
  rule: RedactRule | undefined,
  replacement: Replacement = () => REDACTED,
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
    return text
      .replaceAll(NAMED, named)
      .replaceAll(IN_JSON, named)
      .replaceAll(IN_URL, (_, before: string, value: string) => before + replacement(value))
      .replaceAll(BEARER, (_, scheme: string, value: string) => `${scheme} ${replacement(value)}`)
      .replaceAll(JWT, (value) => replacement(value));
  };

  const redact = (value: unknown, path: readonly (string | number)[], look: Look): unknown => {
    if (look.left-- <= 0) return REDACTED;
    if (path.length > 0 && isHidden(path, value)) return replacement(value);
    if (typeof value === "string") return inText(value);
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value !== "object" || value === null) return typeof value === "function" ? "[function]" : value;
    if (path.length > MAX_DEPTH) return REDACTED;
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (look.within.has(value)) return CIRCULAR;
    look.within.add(value);
    const shown = inObject(value, path, look);
    look.within.delete(value);
    return shown;
  };

  const inObject = (value: object, path: readonly (string | number)[], look: Look): unknown => {
    if (value instanceof Map) return redact(Object.fromEntries(value), path, look);
    const isList = Array.isArray(value) || value instanceof Set;
    const shown: Record<string, unknown> | unknown[] = isList ? [] : {};
    for (const [key, each] of isList ? [...value].entries() : Object.entries(value)) {
      define(shown, key, redact(each, [...path, key], look));
      if (look.left <= 0) break;
    }
    return shown;
  };
  return (value, path = [], most = MAX_VALUES) => redact(value, path, { left: most, within: new Set() });
}

/** Also where the key is `__proto__`. */
function define(target: object, key: string | number, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
