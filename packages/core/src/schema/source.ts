import type { FastCheck, Opaque, Plain, PlainField, PlainOption } from "./plain.ts";

/** Answers the output of one part, or `MISFIT`. */
export type OpaqueCheck = (value: unknown) => unknown;

/** Most alternatives that are compared one after the other: more are looked up. */
const MAX_LITERALS = 16;

/** What an opaque part answers for a value that its schema refuses. */
export const MISFIT: unique symbol = Symbol("misfit");

/**
 * Writes the check that somebody would write by hand for a plain schema: a row of `typeof` and one object literal. It
 * takes about a sixth of the time of a validator's own run. Everything from the schema goes into the source as a JSON
 * literal, or stays outside of it as a constant, so no key, value or pattern can become code.
 */
class Source {
  text = "";
  /** Constants of the check: `p0`, `p1`, … */
  readonly constants: unknown[] = [MISFIT];
  private variables = 0;
  private readonly ask: ((part: Opaque) => OpaqueCheck) | undefined;

  /** @param ask How an opaque part is checked; without it, the check gives up wherever there is something to ask. */
  constructor(ask: ((part: Opaque) => OpaqueCheck) | undefined) {
    this.ask = ask;
  }

  /** Writes statements that leave the function unless `at` fits; answers the expression of its output. */
  write(plain: Plain, at: string): string | undefined {
    switch (plain.kind) {
      case "string":
        this.unless(`typeof ${at}==="string"${lengths(plain, at)}`);
        for (const pattern of plain.patterns ?? []) this.unless(`${this.constant(pattern)}.test(${at})`);
        return at;
      case "boolean":
        this.unless(`typeof ${at}==="boolean"`);
        return at;
      case "number":
        this.unless(plain.integer === true ? `Number.isSafeInteger(${at})` : `Number.isFinite(${at})`);
        for (const { operator, value } of plain.bounds ?? []) this.unless(`${at}${operator}${value}`);
        return at;
      case "literal":
        this.unless(
          plain.values.size > MAX_LITERALS ? `${this.constant(plain.values)}.has(${at})` : isOneOf(plain.values, at),
        );
        return at;
      case "nullable":
        return this.branch(plain.of, at, `${at}!==null`, "null");
      case "array":
        return this.list(plain, at);
      case "object":
        return this.fields(plain.fields, at);
      case "variant":
        return this.variant(plain.key, plain.options, at);
      case "opaque":
        return this.opaque(plain, at);
      default:
        return plain satisfies never;
    }
  }

  private fields(fields: readonly PlainField[], at: string): string | undefined {
    this.unless(isObject(at));
    const object = this.variable();
    const required: string[] = [];
    const late: string[] = [];
    for (const { key, of, optional, filled } of fields) {
      // As a key of a literal it would set the prototype.
      if (key === "__proto__") return undefined;
      const value = this.variable();
      this.text += `const ${value}=${at}[${literal(key)}];\n`;
      // A key that is there without a value is for the schema to judge.
      if (optional || filled === true) this.unless(`${value}!==undefined||!(${literal(key)} in ${at})`);
      if (optional) {
        if (this.ask === undefined && isOpaque(of)) {
          this.unless(`${value}===undefined`);
          continue;
        }
        const output = this.branch(of, value, `${value}!==undefined`, "undefined");
        if (output === undefined) return undefined;
        late.push(`if(${value}!==undefined)${object}[${literal(key)}]=${output};\n`);
      } else {
        // It may accept a missing value that its object does not.
        if (filled !== true && isOpaque(of)) this.unless(`${value}!==undefined`);
        const output = this.write(of, value);
        if (output === undefined) return undefined;
        // What is put in place of a missing value is one.
        if (filled === true) this.unless(`${output}!==undefined`);
        // What follows an optional key is added after it, so that the order is that of the schema.
        if (late.length > 0) late.push(`${object}[${literal(key)}]=${output};\n`);
        else required.push(`${literal(key)}:${output}`);
      }
    }
    if (late.length === 0) return `{${required.join(",")}}`;
    this.text += `const ${object}={${required.join(",")}};\n${late.join("")}`;
    return object;
  }

  /** An option that is chosen and does not fit leaves the function: no other could. */
  private variant(key: string, options: readonly PlainOption[], at: string): string | undefined {
    this.unless(isObject(at));
    const tag = this.variable();
    const result = this.variable();
    this.text += `const ${tag}=${at}[${literal(key)}];\nlet ${result};\n`;
    for (const { values, of } of options) {
      this.text += `if(${isOneOf(values, tag)}){\n`;
      const output = this.write(of, at);
      if (output === undefined) return undefined;
      this.text += `${result}=${output};\n}else `;
    }
    this.text += "return undefined;\n";
    return result;
  }

  private list(plain: Plain & { kind: "array" }, at: string): string | undefined {
    this.unless(`Array.isArray(${at})${lengths(plain, at)}`);
    const list = this.variable();
    const index = this.variable();
    const item = this.variable();
    this.text += `const ${list}=[];\nfor(let ${index}=0;${index}<${at}.length;${index}++){\nconst ${item}=${at}[${index}];\n`;
    const output = this.write(plain.of, item);
    this.text += `${list}.push(${output});\n}\n`;
    return output === undefined ? undefined : list;
  }

  /** Looks further only where `condition` holds. */
  private branch(plain: Plain, at: string, condition: string, otherwise: string): string | undefined {
    const variable = this.variable();
    this.text += `let ${variable}=${otherwise};\nif(${condition}){\n`;
    const output = this.write(plain, at);
    this.text += `${variable}=${output};\n}\n`;
    return output === undefined ? undefined : variable;
  }

  private opaque(part: Opaque, at: string): string | undefined {
    if (this.ask === undefined) return undefined;
    const output = this.variable();
    this.text += `const ${output}=${this.constant(this.ask(part))}(${at});\n`;
    this.unless(`${output}!==p0`);
    return output;
  }

  private constant(value: unknown): string {
    return `p${this.constants.push(value) - 1}`;
  }

  private unless(condition: string): void {
    this.text += `if(!(${condition}))return undefined;\n`;
  }

  private variable(): string {
    return `x${this.variables++}`;
  }
}

function isOpaque(plain: Plain): boolean {
  return plain.kind === "opaque" || (plain.kind === "nullable" && isOpaque(plain.of));
}

function isObject(at: string): string {
  return `typeof ${at}==="object"&&${at}!==null&&!Array.isArray(${at})`;
}

function isOneOf(values: Iterable<string | number | boolean | null>, at: string): string {
  return Array.from(values, (value) => `${at}===${literal(value)}`).join("||") || "false";
}

function lengths({ minLength, maxLength }: { minLength?: number; maxLength?: number }, at: string): string {
  const least = minLength === undefined ? "" : `&&${at}.length>=${minLength}`;
  return maxLength === undefined ? least : `${least}&&${at}.length<=${maxLength}`;
}

function literal(value: string | number | boolean | null): string {
  return JSON.stringify(value);
}

/** Makes a function of what was written; undefined where nothing could be. */
export function build(plain: Plain, ask: ((part: Opaque) => OpaqueCheck) | undefined): FastCheck | undefined {
  const source = new Source(ask);
  const result = source.write(plain, "v");
  if (result === undefined) return undefined;
  const names = source.constants.map((_, index) => `p${index}`);
  const body = `"use strict";\nreturn function(v){\n${source.text}return ${result};\n}`;
  // oxlint-disable-next-line no-implied-eval -- see above; checked against the validator itself in tests
  return (new Function(...names, body) as (...constants: unknown[]) => FastCheck)(...source.constants);
}
