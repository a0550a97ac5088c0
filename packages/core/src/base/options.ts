// Plain JavaScript has no compiler that knows an option's name: a misspelt one would be accepted and ignored.

/**
 * What an option may be: `typeof` of its values, `array`, `null` or a text in quotes, joined by `|`; `any` where something else
 * looks at it. NaN is no number.
 */
export type Kind = string;

/** The options that a function takes: complete, or it does not compile. */
export type Kinds<Options> = { readonly [Name in keyof Options]-?: Kind };

/**
 * Holds what was given for options to what there is.
 *
 * @param where What errors begin with: `serve()`.
 * @throws TypeError for something that is no object, for a name that does not exist, with the one that may be meant, and
 * for a value of another kind. What is undefined counts as left out.
 */
export function checkOptions(where: string, given: unknown, kinds: Readonly<Record<string, Kind>>): void {
  if (given === undefined) return;
  if (kindOf(given) !== "object") throw new TypeError(`${where} takes an object with options, not ${aKind(given)}`);
  for (const [name, value] of Object.entries(given as object)) {
    if (value === undefined) continue;
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      throw new TypeError(`${where} has no option ${JSON.stringify(name)}: ${meant(name, Object.keys(kinds))}`);
    }
    const choices = kind.split("|");
    if (
      kind !== "any" &&
      !choices.includes(kindOf(value)) &&
      !(typeof value === "string" && choices.includes(`"${value}"`))
    ) {
      const wanted = choices.map(withArticle).join(" or ");
      throw new TypeError(
        `${where}: ${name} is ${wanted}, not ${kind.includes('"') ? "something else" : aKind(value)}`,
      );
    }
  }
}

/** The kinds of options that come with each message: each one that `typeof` tells, or `any`. */
export type PlainKinds<Options> = {
  readonly [Name in keyof Options]-?: "any" | "boolean" | "function" | "object";
};

/**
 * As `checkOptions`, at the cost of a few comparisons where nothing is wrong.
 *
 * @throws TypeError as `checkOptions`.
 */
export function checkGiven<Options>(where: string, given: Options, kinds: PlainKinds<Options>): void {
  const all = kinds as Readonly<Record<string, Kind>>;
  if (typeof given !== "object" || given === null || Array.isArray(given)) return checkOptions(where, given, all);
  for (const name in given) {
    const value: unknown = given[name];
    if (value === undefined || all[name] === "any") continue;
    const fits = typeof value === all[name] && (typeof value !== "object" || (value !== null && !Array.isArray(value)));
    if (!fits) checkOptions(where, given, all);
  }
}

/** What to call a value that must not be shown, since it may be secret. */
export function aKind(value: unknown): string {
  const kind = kindOf(value);
  return ["null", "undefined", "NaN"].includes(kind) ? kind : withArticle(kind);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Number.isNaN(value)) return "NaN";
  return Array.isArray(value) ? "array" : typeof value;
}

function withArticle(kind: string): string {
  if (kind.startsWith('"')) return kind;
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

function meant(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? `there are ${known.join(", ")}` : `did you mean ${near}?`;
}

/** The name that a misspelt one most likely stands for; undefined where none is like it. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const small = name.toLowerCase();
  let best: string | undefined;
  // A third of its letters may be wrong.
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const begins = small.length > 2 && (other.startsWith(small) || small.startsWith(other));
    const away = begins ? 1 : distance(small, other);
    if (away < least) [best, least] = [candidate, away];
  }
  return best;
}

/** Letters to insert, leave out, replace or swap with their neighbour (optimal string alignment). */
function distance(left: string, right: string): number {
  let before: number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1;
      let away = Math.min(at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + same);
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        away = Math.min(away, at(before, j - 2) + 1);
      }
      next.push(away);
    }
    before = row;
    row = next;
  }
  return at(row, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
