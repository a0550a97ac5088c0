import {
  MISFIT,
  mayBeMissing,
  type Bound,
  type FastCheck,
  type JsonType,
  type Literal,
  type PartCheck,
  type Parts,
  type Plain,
  type PlainDefault,
  type PlainField,
  type PlainNumber,
  type PlainObject,
  type PlainText,
} from "./plain.ts";
import { isForeignKey, isPlainObject, SURROGATES } from "./objects.ts";

type Keyed = Record<string, unknown>;

/**
 * Composes of closures what `generate` writes as code: a third of the time of a validator's own run where no code may be
 * generated, and slower than a validator that generates its own. Each description gets one check, however often it is asked.
 */
export class Composer {
  private readonly made = new Map<Plain, PartCheck>();
  private readonly parts: Parts;
  private readonly outgoing: boolean;

  constructor(parts: Parts) {
    this.parts = parts;
    this.outgoing = parts.direction === "out";
  }

  check(plain: Plain): PartCheck {
    let check = this.made.get(plain);
    if (check === undefined) this.made.set(plain, (check = this.make(plain)));
    return check;
  }

  private make(plain: Plain): PartCheck {
    switch (plain.kind) {
      case "string":
        return text(plain);
      case "number":
        return number(plain);
      case "boolean":
        return (value) => (typeof value === "boolean" ? value : MISFIT);
      case "any":
        return this.any();
      case "literal": {
        const { values } = plain;
        return (value) => (values.has(value as Literal) ? value : MISFIT);
      }
      case "nullable": {
        const of = this.check(plain.of);
        return (value) => (value === null ? null : of(value));
      }
      case "frozen": {
        const of = this.check(plain.of);
        return this.outgoing ? of : (value) => Object.freeze(of(value));
      }
      case "default":
        return this.defaulted(plain);
      case "array":
        return this.list([], plain.of, plain);
      case "tuple": {
        const { length } = plain.items;
        return this.list(
          plain.items,
          plain.rest,
          plain.rest ? { minLength: length } : { minLength: length, maxLength: length },
        );
      }
      case "record":
        return this.record(plain);
      case "object":
        return this.object(plain);
      case "variant":
        return this.variant(plain);
      case "union":
        return this.union(plain.options);
      case "tried": {
        const of = this.check(plain.of);
        const whole = this.check(plain.whole);
        return (value) => {
          const output = of(value);
          return output === MISFIT ? whole(value) : output;
        };
      }
      case "opaque":
        return this.parts.ask(plain);
      default:
        return plain satisfies never;
    }
  }

  private any(): PartCheck {
    const { parts } = this;
    if (!this.outgoing) return (value) => value;
    return (value) => {
      parts.pass(value);
      return value;
    };
  }

  private defaulted({ of, make, checked }: PlainDefault): PartCheck {
    const { outgoing } = this;
    const check = this.check(of);
    if (!checked) return (value) => (value !== undefined ? check(value) : outgoing ? undefined : make());
    return (value) => {
      if (value !== undefined) return check(value);
      const made = make();
      const output = made === undefined ? MISFIT : check(made);
      return outgoing && output !== MISFIT ? undefined : output;
    };
  }

  private list(
    items: readonly Plain[],
    rest: Plain | undefined,
    { minLength = 0, maxLength = Infinity }: { readonly minLength?: number; readonly maxLength?: number },
  ): PartCheck {
    const checks = items.map((of) => (mayBeMissing(of) ? present(this.check(of)) : this.check(of)));
    // Of what is missing in a list on its way out only the schema can tell what it comes to.
    const further = rest && (this.outgoing && mayBeMissing(rest) ? present(this.check(rest)) : this.check(rest));
    // What stays at home leaves its place in a list.
    const leaves = this.outgoing && [...items, ...(rest ? [rest] : [])].some(mayBeMissing);
    return (value) => {
      if (!Array.isArray(value) || value.length < minLength || value.length > maxLength) return MISFIT;
      const made: unknown[] = [];
      for (let index = 0; index < value.length; index++) {
        const item: unknown = value[index];
        const output = (checks[index] ?? further)?.(item);
        if (output === MISFIT) return MISFIT;
        made.push(leaves && output === undefined && item !== undefined ? null : output);
      }
      return made;
    };
  }

  private record({ keys, values }: Plain & { kind: "record" }): PartCheck {
    const fits = this.check(keys);
    const check = mayBeMissing(values) ? present(this.check(values)) : this.check(values);
    return (value) => {
      if (!isObject(value) || !isPlainObject(value)) return MISFIT;
      const made: Keyed = {};
      for (const key in value) {
        if (isForeignKey(value, key) || fits(key) === MISFIT) return MISFIT;
        const output = check(value[key]);
        if (output === MISFIT) return MISFIT;
        made[key] = output;
      }
      return made;
    };
  }

  private object({ fields, others, classless }: PlainObject): PartCheck {
    const take = fields.map((field) => this.field(field));
    const known = new Set(fields.map(({ key }) => key));
    const rest = typeof others === "object" ? others : undefined;
    const further = rest && (mayBeMissing(rest) ? present(this.check(rest)) : this.check(rest));
    return (value) => {
      if (!isObject(value) || (classless === true && !isPlainObject(value))) return MISFIT;
      const made: Keyed = {};
      for (const one of take) if (!one(value, made)) return MISFIT;
      if (others === undefined) return made;
      for (const key in value) {
        if (known.has(key)) continue;
        if (further === undefined || isForeignKey(value, key)) return MISFIT;
        const output = further(value[key]);
        if (output === MISFIT) return MISFIT;
        made[key] = output;
      }
      return made;
    };
  }

  /** Takes one field from an object to another; false where it does not fit. */
  private field({ key, of, optional, filled = false }: PlainField): (from: Keyed, to: Keyed) => boolean {
    const check = this.check(of);
    if (optional) {
      return (from, to) => {
        const value = from[key];
        // A key that is there without a value is for the schema to judge.
        if (value === undefined) return !(key in from);
        const output = check(value);
        if (output === MISFIT) return false;
        to[key] = output;
        return true;
      };
    }
    if (filled) {
      const { outgoing } = this;
      return (from, to) => {
        const value = from[key];
        if (value === undefined && key in from) return false;
        const output = check(value);
        if (output === MISFIT || (output === undefined && !outgoing)) return false;
        if (value !== undefined || !outgoing) to[key] = output;
        return true;
      };
    }
    // It may accept a missing value that its object does not.
    const needed = mayBeMissing(of) ? present(check) : check;
    return (from, to) => {
      const output = needed(from[key]);
      if (output === MISFIT) return false;
      to[key] = output;
      return true;
    };
  }

  /** An option that is chosen and does not fit decides: no other could. */
  private variant({ key, options }: Plain & { kind: "variant" }): PartCheck {
    const checks = new Map<unknown, PartCheck>();
    for (const { values, of } of options) for (const value of values) checks.set(value, this.check(of));
    return (value) => (isObject(value) ? (checks.get(value[key]) ?? refuse)(value) : MISFIT);
  }

  private union(options: ReadonlyMap<JsonType, Plain>): PartCheck {
    const checks = new Map([...options].map(([type, of]) => [type, this.check(of)] as const));
    return (value) => (checks.get(jsonTypeOf(value) as JsonType) ?? refuse)(value);
  }
}

/** As a check that `generate` makes: undefined for what does not fit. */
export function compose(plain: Plain, parts: Parts): FastCheck {
  const check = new Composer(parts).check(plain);
  return (value) => {
    const output = check(value);
    return output === MISFIT ? undefined : output;
  };
}

export function isObject(value: unknown): value is Keyed {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The type as JSON tells it. */
export function jsonTypeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

const refuse: PartCheck = () => MISFIT;

function present(check: PartCheck): PartCheck {
  return (value) => (value === undefined ? MISFIT : check(value));
}

function text({ minLength = 0, maxLength = Infinity, codePoints, patterns = [], contains = [] }: PlainText): PartCheck {
  // Twice as many units are enough in any case; fewer, where each is a code point.
  const sure = codePoints === true && minLength > 1 ? 2 * minLength - 1 : 0;
  const fits = (value: string) =>
    value.length >= minLength && value.length <= maxLength && (value.length >= sure || !SURROGATES.test(value));
  if (patterns.length === 0 && contains.length === 0)
    return (value) => (typeof value === "string" && fits(value) ? value : MISFIT);
  return (value) =>
    typeof value === "string" &&
    fits(value) &&
    patterns.every((pattern) => pattern.test(value)) &&
    contains.every((part) => value[part.where](part.value))
      ? value
      : MISFIT;
}

function number({ integer, bounds = [], multiplesOf = [] }: PlainNumber): PartCheck {
  const isNumber = integer === true ? Number.isSafeInteger : Number.isFinite;
  if (bounds.length === 0 && multiplesOf.length === 0) return (value) => (isNumber(value) ? value : MISFIT);
  return (value) =>
    isNumber(value) &&
    bounds.every((bound) => inBound(bound, value as number)) &&
    multiplesOf.every((step) => Number.isInteger(value) && (value as number) % step === 0)
      ? value
      : MISFIT;
}

function inBound({ operator, value: bound }: Bound, value: number): boolean {
  switch (operator) {
    case ">=":
      return value >= bound;
    case ">":
      return value > bound;
    case "<=":
      return value <= bound;
    case "<":
      return value < bound;
    default:
      return operator satisfies never;
  }
}
