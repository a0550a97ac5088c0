/** How many bytes of UTF-8 a text has. React Native has no TextEncoder, and for short texts a Blob is slower. */
export function utf8Length(text: string): number {
  let bytes = 0;
  // A sign beyond the first 65,536 is two units long, and four bytes.
  for (const sign of text) bytes += sign < "\x80" ? 1 : sign < "\u0800" ? 2 : sign.length + 2;
  return bytes;
}

/**
 * As much of it as a close frame takes, 123 bytes of UTF-8 (RFC 6455 §5.5).
 *
 * @param reason In plain JavaScript also an error that somebody closes for.
 */
export function fitReason(reason: string | number | Error | null): string {
  let fits = "";
  for (const sign of String(reason ?? "")) {
    if (utf8Length(fits + sign) > 123) break;
    fits += sign;
  }
  return fits;
}
