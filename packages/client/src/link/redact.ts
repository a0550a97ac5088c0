/** A text without what may be secret: Bun and some browsers quote the URL, with its query and user, or a subprotocol. */
export function redact(text: string): string {
  return text.replace(/(\?|ws-kit\.)\S+|[^/?\s]+@/g, "$1…");
}

/** The same error with nothing else in it; its stack and other members may quote the URL as well. */
export function withoutToken({ name, message }: Error): Error {
  return Object.assign(new Error(redact(message)), { name });
}
