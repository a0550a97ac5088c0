import { isObject, jsonTypeOf } from "./compose.ts";
import { MAX_ISSUES } from "./issues.ts";
import type { JsonType, Literal, Plain, PlainObject } from "./plain.ts";
import type { StandardIssue } from "./standard-schema.ts";

/**
 * What of a refused value a validator has to see to say why: lists of a frame of 64 KiB may hold thousands of items that
 * do not fit, and making an issue of each holds up everybody else's messages for as long.
 */
export interface Sample {
  readonly value: unknown;
  /** Gives the places in the whole value of issues that were found in the sample. */
  relocate(issues: readonly StandardIssue[]): StandardIssue[];
}

/** Whether a part fits. */
export type Fits = (plain: Plain, value: unknown) => boolean;

/** Lists up to this long are shown whole. */
const MAX_ITEMS = 20;

/**
 * Takes the first items that do not fit out of a value that its generated check did not accept. Each issue of the
 * sample is one of the value, or one that an option of a union in it has found.
 *
 * @param fits Without it the first items are taken, whatever they are.
 * @returns undefined where the value is small enough to be shown whole.
 */
export function sample(plain: Plain, value: unknown, fits?: Fits): Sample | undefined {
  const cutter = new Cutter(fits);
  const copy = cutter.cut(plain, value);
  if (!cutter.shortened) return undefined;
  return {
    value: copy,
    relocate: (issues) =>
      issues.map(({ message, path = [] }) => ({ message, path: relocate(path, copy, cutter.places) })),
  };
}

type Path = NonNullable<StandardIssue["path"]>;

/** Of a list that was shortened, where its items were. */
type Places = Map<unknown, readonly number[]>;

function relocate(path: Path, copy: unknown, places: Places): PropertyKey[] {
  let at = copy;
  return Array.from(path, (segment) => {
    const key = typeof segment === "object" ? segment.key : segment;
    const place = places.get(at)?.[Number(key)];
    at = (at as Record<PropertyKey, unknown> | null | undefined)?.[key];
    return place ?? key;
  });
}

class Cutter {
  shortened = false;
  readonly places: Places = new Map();
  /** Places that may still be shown. */
  private left = MAX_ISSUES;
  private readonly fits: Fits | undefined;

  constructor(fits: Fits | undefined) {
    this.fits = fits;
  }

  cut(plain: Plain, value: unknown): unknown {
    switch (plain.kind) {
      case "nullable":
        return value === null ? null : this.cut(plain.of, value);
      case "default":
        return value === undefined ? undefined : this.cut(plain.of, value);
      case "frozen":
        return this.cut(plain.of, value);
      case "array":
        return Array.isArray(value) ? this.items(plain, value) : this.found(value);
      case "object":
        return isObject(value) ? this.fields(plain, value) : this.found(value);
      case "record":
        return isObject(value) ? this.entries(plain, value) : this.found(value);
      case "variant":
      case "union": {
        const option = optionOf(plain, value);
        return option === undefined ? this.found(value) : this.cut(option, value);
      }
      case "any":
      case "tried":
      case "opaque":
        return value;
      case "tuple":
      case "string":
      case "number":
      case "boolean":
      case "literal":
        return this.fits?.(plain, value) === true ? value : this.found(value);
      default:
        return plain satisfies never;
    }
  }

  private found(value: unknown): unknown {
    this.left--;
    return value;
  }

  private fields({ fields, others }: PlainObject, value: Record<string, unknown>): unknown {
    const copy: Record<string, unknown> = others === undefined ? {} : { ...value };
    for (const { key, of, optional } of fields) {
      if (key in value) copy[key] = this.cut(of, value[key]);
      else if (!optional) this.left--;
    }
    return copy;
  }

  private entries({ keys, values }: Plain & { kind: "record" }, value: Record<string, unknown>): unknown {
    const all = Object.entries(value);
    if (all.length <= MAX_ITEMS && this.left > 0)
      return Object.fromEntries(all.map(([key, item]) => [key, this.cut(values, item)]));
    const chosen: [string, unknown][] = [];
    for (const [key, item] of all) {
      if (this.left <= 0) break;
      if (this.fits?.(keys, key) === true && this.fits(values, item)) continue;
      const before = this.left;
      chosen.push([key, this.cut(values, item)]);
      if (this.left === before) this.left--;
    }
    if (chosen.length < all.length) this.shortened = true;
    return Object.fromEntries(chosen);
  }

  private items(plain: Plain & { kind: "array" }, items: readonly unknown[]): unknown {
    if (items.length <= MAX_ITEMS && this.left > 0) return items.map((item) => this.cut(plain.of, item));
    const { minLength = 0, maxLength = Infinity } = plain;
    // Whether the library looks at the items of one that is too long is its own affair.
    if (this.fits === undefined && items.length > maxLength) return items;
    const chosen = new Map<number, unknown>();
    let place = 0;
    for (; place < items.length && this.left > 0; place++) {
      if (this.fits?.(plain.of, items[place]) === true) continue;
      const before = this.left;
      chosen.set(place, this.cut(plain.of, items[place]));
      // What only its own schema finds fault with counts, too.
      if (this.left === before) this.left--;
    }
    // As long as it has to be, and too long where it was: a library may then look at no item.
    const least = items.length > maxLength ? maxLength + 1 : Math.min(minLength, items.length);
    for (place = 0; chosen.size < least; place++) if (!chosen.has(place)) chosen.set(place, items[place]);
    if (chosen.size < items.length) this.shortened = true;
    const places = [...chosen.keys()].toSorted((a, b) => a - b);
    const kept = places.map((at) => chosen.get(at));
    this.places.set(kept, places);
    return kept;
  }
}

/** What a value that is one of several has to fit. */
function optionOf(plain: Plain & { kind: "variant" | "union" }, value: unknown): Plain | undefined {
  if (plain.kind === "union") return plain.options.get(jsonTypeOf(value) as JsonType);
  const { key, options } = plain;
  return isObject(value) ? options.find(({ values }) => values.has(value[key] as Literal))?.of : undefined;
}
