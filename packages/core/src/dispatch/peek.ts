/** How much of a frame is looked at, in UTF-16 units. */
const PREFIX = 4_096;

/** A string, whether a key or not, a bracket, or what else stands between them. */
const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"(\s*:)?|([{}[\]])|[^"{}[\]]+)/y;

/**
 * What JSON text says at its beginning of its own `type` and `meta.correlationId`, without being parsed: where a frame is
 * refused for its size or its depth, the answer is to settle the request that it is. Clients write both before the payload.
 */
export function peek(text: string): { type?: string; correlationId?: string } {
  const head = text.slice(0, PREFIX);
  const found: { type?: string; correlationId?: string } = {};
  let depth = 0;
  let outer = "";
  let inner = "";
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(head); token !== null; token = TOKEN.exec(head)) {
    const [, string, colon, bracket] = token;
    if (bracket !== undefined) {
      depth += bracket === "{" || bracket === "[" ? 1 : -1;
      if (depth < 2) inner = "";
    } else if (string === undefined) continue;
    else if (colon !== undefined) {
      if (depth === 1) outer = string;
      else if (depth === 2) inner = string;
    } else if (depth === 1 && outer === "type") found.type = unescaped(string);
    else if (depth === 2 && outer === "meta" && inner === "correlationId") found.correlationId = unescaped(string);
  }
  return found;
}

function unescaped(string: string): string {
  try {
    return JSON.parse(`"${string}"`) as string;
  } catch {
    return string;
  }
}
