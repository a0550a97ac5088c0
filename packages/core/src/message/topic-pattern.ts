/** A piece of a pattern: text, or the name of a parameter. */
export type Piece = { readonly text: string } | { readonly name: string };

export function pieces(pattern: string): Piece[] {
  return pattern
    .split(/(\{[^{}]*\})/)
    .filter((piece) => piece !== "")
    .map((piece) => (piece.startsWith("{") ? { name: piece.slice(1, -1) } : { text: piece }));
}

/** What stands in a name as itself: letters, digits, and of RFC 3986's unreserved signs those that the pattern lacks. */
export function signsOf(parts: readonly Piece[]): string {
  const text = parts.map((part) => ("text" in part ? part.text : "")).join("");
  return ["-", "_", ".", "~"].filter((sign) => !text.includes(sign)).join("");
}

/** @throws TypeError for a pattern whose parameters could not be told apart. */
export function checkPattern(pattern: string, parts: readonly Piece[]): void {
  const names = new Set<string>();
  for (const [index, part] of parts.entries()) {
    if ("text" in part) {
      if (/[{}%]/.test(part.text))
        throw new TypeError(`${pattern} is no pattern of a topic: it may not have {, } or %`);
      const between = index > 0 && index < parts.length - 1;
      if (between && /^\w*$/.test(part.text.replaceAll("_", ""))) {
        throw new TypeError(`${pattern} is no pattern of a topic: a sign has to stand between its parameters`);
      }
      continue;
    }
    if (!/^\w+$/.test(part.name) || names.has(part.name)) {
      throw new TypeError(`${pattern} is no pattern of a topic: ${JSON.stringify(part.name)} cannot name a parameter`);
    }
    if (index > 0 && "name" in (parts[index - 1] as Piece)) {
      throw new TypeError(`${pattern} is no pattern of a topic: a sign has to stand between its parameters`);
    }
    names.add(part.name);
  }
  if (parts.length === 0) throw new TypeError("A topic needs a pattern");
}

/** One step through the names of a pattern: a character, or any of those that a parameter may have, once or more. */
type Step = string | RegExp;

function stepsOf(pattern: string): Step[] {
  const parts = pieces(pattern);
  const any = new RegExp(`^[A-Za-z0-9%${signsOf(parts).replace("-", "\\-")}]$`);
  return parts.flatMap<Step>((part) => ("text" in part ? Array.from(part.text) : [any]));
}

/** Whether one name may belong to both patterns. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [stepsOf(one), stepsOf(other)];
  const seen = new Set<string>();
  const reach = (i: number, j: number): boolean => {
    const key = `${i} ${j}`;
    if (seen.has(key)) return false;
    seen.add(key);
    const [left, right] = [a[i], b[j]];
    if (left === undefined || right === undefined) return left === right;
    if (!meet(left, right)) return false;
    return (
      reach(i + 1, j + 1) ||
      (typeof left !== "string" && reach(i, j + 1)) ||
      (typeof right !== "string" && reach(i + 1, j))
    );
  };
  return reach(0, 0);
}

function meet(left: Step, right: Step): boolean {
  if (typeof left === "string") return typeof right === "string" ? left === right : right.test(left);
  return typeof right === "string" ? left.test(right) : true;
}
