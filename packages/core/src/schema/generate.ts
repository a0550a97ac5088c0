import {
  MISFIT,
  mayBeMissing,
  type FastCheck,
  type JsonType,
  type Literal,
  type Opaque,
  type Parts,
  type Plain,
  type PlainDefault,
  type PlainField,
  type PlainObject,
  type PlainOption,
} from "./plain.ts";
import {
  isObject,
  isOfType,
  lengths,
  literal,
  MAX_LITERALS,
  numberConditions,
  textConditions,
} from "./source-words.ts";
import { isForeignKey, isPlainObject } from "./objects.ts";

/**
 * Writes the check that somebody would write by hand for a plain schema: a row of `typeof` and one object literal. It
 * takes about a sixth of the time of a validator's own run. Everything from the schema goes into the source as a JSON
 * literal, or stays outside of it as a constant, so no key, value or pattern can become code.
 */
class Source {
  text = "";
  /** Constants of the check: `p0`, `p1`, … */
  readonly constants: unknown[] = [MISFIT];
  /** What is done where a value does not fit. */
  private leave = "return undefined;";
  private variables = 0;
  private readonly parts: Parts;
  private readonly outgoing: boolean;

  constructor(parts: Parts) {
    this.parts = parts;
    this.outgoing = parts.direction === "out";
  }

  /** Writes statements that leave the function, or what is tried in it, unless `at` fits; answers the expression of its output. */
  write(plain: Plain, at: string): string {
    switch (plain.kind) {
      case "string":
        return this.scalar(
          textConditions(plain, at, (value) => this.constant(value)),
          at,
        );
      case "number":
        return this.scalar(numberConditions(plain, at), at);
      case "boolean":
        return this.scalar([`typeof ${at}==="boolean"`], at);
      case "any":
        if (this.outgoing) this.text += `${this.constant(this.parts.pass)}(${at});\n`;
        return at;
      case "literal":
        this.unless(this.isOneOf(plain.values, at));
        return at;
      case "nullable":
        return this.branch(plain.of, at, `${at}!==null`, "null");
      case "frozen": {
        const output = this.write(plain.of, at);
        return this.outgoing ? output : this.local(`Object.freeze(${output})`);
      }
      case "default":
        return this.defaulted(plain, at);
      case "array":
        this.unless(`Array.isArray(${at})${lengths(plain, at)}`);
        return this.items(plain.of, at, "0", this.local("[]"));
      case "tuple":
        return this.tuple(plain, at);
      case "record":
        return this.record(plain, at);
      case "object":
        return this.object(plain, at);
      case "variant":
        return this.variant(plain.key, plain.options, at);
      case "union":
        return this.union(plain.options, at);
      case "tried":
        return this.tried(plain.of, plain.whole, at);
      case "opaque":
        return this.opaque(plain, at);
      default:
        return plain satisfies never;
    }
  }

  private scalar(conditions: readonly string[], at: string): string {
    for (const condition of conditions) this.unless(condition);
    return at;
  }

  private defaulted({ of, make, checked }: PlainDefault, at: string): string {
    const making = `${this.constant(make)}()`;
    if (!checked) return this.branch(of, at, `${at}!==undefined`, this.outgoing ? "undefined" : making);
    const given = this.local(`${at}===undefined?${making}:${at}`);
    // What it makes may be nothing.
    this.unless(`${given}!==undefined`);
    const output = this.local(this.write(of, given));
    return this.outgoing ? `(${at}===undefined?undefined:${output})` : output;
  }

  private object({ fields, others, classless }: PlainObject, at: string): string {
    this.unless(isObject(at));
    if (classless === true) this.unless(`${this.constant(isPlainObject)}(${at})`);
    const object = this.variable();
    const required: string[] = [];
    const late: string[] = [];
    for (const field of fields) {
      const { key, optional, filled = false } = field;
      const value = this.local(`${at}[${literal(key)}]`);
      // A key that is there without a value is for the schema to judge.
      if (optional || filled) this.unless(`${value}!==undefined||!(${literal(key)} in ${at})`);
      const output = this.field(field, value);
      if (optional || (filled && this.outgoing))
        late.push(`if(${value}!==undefined)${object}[${literal(key)}]=${output};\n`);
      // What follows an optional key is added after it, so that the order is that of the schema.
      else if (late.length > 0) late.push(`${object}[${literal(key)}]=${output};\n`);
      else required.push(`${literal(key)}:${output}`);
    }
    const made = `{${required.join(",")}}`;
    if (late.length === 0 && typeof others !== "object") {
      if (others === "refused") this.others(fields, at, `${this.leave}\n`);
      return made;
    }
    this.text += `const ${object}=${made};\n${late.join("")}`;
    if (others !== undefined) this.others(fields, at, others === "refused" ? `${this.leave}\n` : others, object);
    return object;
  }

  private field({ of, optional, filled = false }: PlainField, value: string): string {
    if (optional) return this.branch(of, value, `${value}!==undefined`, "undefined");
    // It may accept a missing value that its object does not.
    if (!filled && mayBeMissing(of)) this.unless(`${value}!==undefined`);
    const output = this.write(of, value);
    // What is put in place of a missing value is one.
    if (filled && !this.outgoing) this.unless(`${output}!==undefined`);
    return output;
  }

  /** Goes over the keys without a field. */
  private others(fields: readonly PlainField[], at: string, of: Plain | string, object = ""): void {
    const key = this.variable();
    const known = this.isOneOf(new Set(fields.map((field) => field.key)), key);
    this.text += `for(const ${key} in ${at}){\nif(${known})continue;\n`;
    if (typeof of === "string") this.text += of;
    else {
      this.unless(`!${this.constant(isForeignKey)}(${at},${key})`);
      const value = this.local(`${at}[${key}]`);
      if (mayBeMissing(of)) this.unless(`${value}!==undefined`);
      const output = this.write(of, value);
      this.text += `${object}[${key}]=${output};\n`;
    }
    this.text += "}\n";
  }

  private record({ keys, values }: Plain & { kind: "record" }, at: string): string {
    this.unless(`${isObject(at)}&&${this.constant(isPlainObject)}(${at})`);
    const object = this.local("{}");
    const key = this.variable();
    this.text += `for(const ${key} in ${at}){\n`;
    this.unless(`!${this.constant(isForeignKey)}(${at},${key})`);
    this.write(keys, key);
    const value = this.local(`${at}[${key}]`);
    if (mayBeMissing(values)) this.unless(`${value}!==undefined`);
    const output = this.write(values, value);
    this.text += `${object}[${key}]=${output};\n}\n`;
    return object;
  }

  /** An option that is chosen and does not fit leaves the function: no other could. */
  private variant(key: string, options: readonly PlainOption[], at: string): string {
    this.unless(isObject(at));
    const tag = this.local(`${at}[${literal(key)}]`);
    return this.chosen(
      options.map(({ values, of }) => [this.isOneOf(values, tag), of]),
      at,
    );
  }

  private union(options: ReadonlyMap<JsonType, Plain>, at: string): string {
    return this.chosen(
      [...options].map(([type, of]) => [isOfType(type, at), of]),
      at,
    );
  }

  private chosen(options: readonly (readonly [condition: string, of: Plain])[], at: string): string {
    const result = this.variable();
    this.text += `let ${result};\n`;
    for (const [condition, of] of options) {
      this.text += `if(${condition}){\n`;
      const output = this.write(of, at);
      this.text += `${result}=${output};\n}else `;
    }
    this.text += `${this.leave}\n`;
    return result;
  }

  private tuple({ items, rest }: Plain & { kind: "tuple" }, at: string): string {
    this.unless(`Array.isArray(${at})&&${at}.length${rest === undefined ? "===" : ">="}${items.length}`);
    const outputs = items.map((of, index) => {
      const item = this.local(`${at}[${index}]`);
      if (mayBeMissing(of)) this.unless(`${item}!==undefined`);
      return this.placed(of, item);
    });
    const list = this.local(`[${outputs.join(",")}]`);
    return rest === undefined ? list : this.items(rest, at, String(items.length), list);
  }

  private items(of: Plain, at: string, from: string, list: string): string {
    const index = this.variable();
    const item = this.variable();
    this.text += `for(let ${index}=${from};${index}<${at}.length;${index}++){\nconst ${item}=${at}[${index}];\n`;
    if (this.outgoing && mayBeMissing(of)) this.unless(`${item}!==undefined`);
    const output = this.placed(of, item);
    this.text += `${list}.push(${output});\n}\n`;
    return list;
  }

  /** What stays at home leaves its place in a list. */
  private placed(of: Plain, item: string): string {
    const output = this.write(of, item);
    return this.outgoing && mayBeMissing(of) ? `(${output}===undefined&&${item}!==undefined?null:${output})` : output;
  }

  /** Looks further only where `condition` holds. */
  private branch(plain: Plain, at: string, condition: string, otherwise: string): string {
    const variable = this.variable();
    this.text += `let ${variable};\nif(${condition}){\n`;
    const output = this.write(plain, at);
    this.text += `${variable}=${output};\n}else ${variable}=${otherwise};\n`;
    return variable;
  }

  private tried(of: Plain, whole: Opaque, at: string): string {
    const result = this.variable();
    const { leave } = this;
    this.leave = `break ${result}l;`;
    this.text += `let ${result}=p0;\n${result}l:{\n`;
    const output = this.write(of, at);
    this.leave = leave;
    this.text += `${result}=${output};\n}\nif(${result}===p0){\n`;
    this.text += `${result}=${this.constant(this.parts.ask(whole))}(${at});\n`;
    this.unless(`${result}!==p0`);
    this.text += "}\n";
    return result;
  }

  private opaque(part: Opaque, at: string): string {
    const output = this.local(`${this.constant(this.parts.ask(part))}(${at})`);
    this.unless(`${output}!==p0`);
    return output;
  }

  private isOneOf(values: ReadonlySet<Literal>, at: string): string {
    if (values.size > MAX_LITERALS) return `${this.constant(values)}.has(${at})`;
    return Array.from(values, (value) => `${at}===${literal(value)}`).join("||") || "false";
  }

  private constant(value: unknown): string {
    return `p${this.constants.push(value) - 1}`;
  }

  private local(expression: string): string {
    const variable = this.variable();
    this.text += `const ${variable}=${expression};\n`;
    return variable;
  }

  private unless(condition: string): void {
    this.text += `if(!(${condition}))${this.leave}\n`;
  }

  private variable(): string {
    return `x${this.variables++}`;
  }
}

/** Makes a function of what was written. */
export function generate(plain: Plain, parts: Parts): FastCheck {
  const source = new Source(parts);
  const result = source.write(plain, "v");
  const names = source.constants.map((_, index) => `p${index}`);
  const body = `"use strict";\nreturn function(v){\n${source.text}return ${result};\n}`;
  // oxlint-disable-next-line no-implied-eval -- see above; checked against the validator itself in tests
  return (new Function(...names, body) as (...constants: unknown[]) => FastCheck)(...source.constants);
}
