/** Longest text of a peer's that is told again, to it or to a log, in UTF-16 units. */
export const MAX_SHOWN = 128;

/** As much of a peer's text as is told again. */
export function shown(text: string): string {
  return text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) : text;
}

/** The same in quotes, with escapes for what is not printable. */
export function quote(text: string): string {
  return JSON.stringify(shown(text)).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
