const BACKSLASH = 92;

const QUOTE = 34;

const OPEN_BRACE = 123;

const OPEN_BRACKET = 91;

const CLOSE_BRACE = 125;

const CLOSE_BRACKET = 93;

/** Whether JSON text may nest deeper than `limit`, by a look that costs next to nothing for most frames. */
export function mayBeDeep(text: string, limit: number): boolean {
  // A level takes two characters or, without any list, the five of `{"":` and `}`.
  if (text.length <= limit * 2) return false;
  if (text.length < limit * 5 + 2 && !text.includes("[")) return false;
  return hasOver(text, limit);
}

/** Whether JSON text nests deeper than `limit`, without parsing it: a parser takes long over deep text, or recurses. */
export function textTooDeep(text: string, limit: number): boolean {
  if (!hasOver(text, limit)) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) {
      i = endOfString(text, i);
      if (i < 0) return false;
    } else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      if (++depth > limit) return true;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) depth--;
  }
  return false;
}

/** Whether a parsed value nests deeper than `limit`. */
export function valueTooDeep(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit === 0) return true;
  const inner: unknown[] = Array.isArray(value) ? value : partsOf(value);
  for (let i = 0; i < inner.length; i++) {
    const part = inner[i];
    if (typeof part === "object" && part !== null && valueTooDeep(part, limit - 1)) return true;
  }
  return false;
}

/** What is inside an object, where codecs other than JSON may have put bytes, maps and sets. */
function partsOf(value: object): unknown[] {
  if (ArrayBuffer.isView(value)) return [];
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  // Ten times as fast as for-in over a list.
  return value instanceof Set ? [...value] : Object.values(value);
}

/** Whether there are more than `limit` opening brackets, those inside strings counted too. Searches in native code. */
function hasOver(text: string, limit: number): boolean {
  let found = 0;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++found > limit) return true;
    }
  }
  return false;
}

/** Where the string that begins at `from` ends; -1 where it does not. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    // Backslashes escape each other in pairs; one that is left escapes the quote.
    if ((at - before) % 2 === 1) return at;
  }
  return -1;
}
