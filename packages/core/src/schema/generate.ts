import type { FastCheck, Plain, PlainField, PlainOption } from "./plain.ts";
import type { StandardSchema } from "./standard-schema.ts";
import type { Validator } from "./validator.ts";

const NO_CHECK: FastCheck = () => undefined;

/** Describes one validator's schemas; undefined for a schema that is not plain. */
export type ReadPlain = (schema: never) => Plain | undefined;

const readers = new Map<string, ReadPlain>();

/**
 * Teaches the server to read the schemas of one validator. Its package does so when it makes a router, which keeps all
 * of this out of a browser's bundle.
 *
 * @param vendor As the schemas' Standard Schema interface names it.
 */
export function readPlainOf(vendor: string, read: ReadPlain): void {
  readers.set(vendor, read);
}

/** The generated check of a schema, made when it is first asked for; one that accepts nothing where there is none. */
export function fastCheck(validator: Validator): FastCheck {
  return (validator.fast ??= makeCheck(plainOf(validator.schema)) ?? NO_CHECK);
}

export function plainOf(schema: StandardSchema): Plain | undefined {
  return readers.get(schema["~standard"].vendor)?.(schema as never);
}

/** Most alternatives that are compared one after the other. */
const MAX_LITERALS = 16;

let allowed: boolean | undefined;

/** Whether this runtime lets code be generated: Workers and pages with a strict CSP do not. */
function mayGenerate(): boolean {
  if (allowed !== undefined) return allowed;
  const agent = (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent;
  if (agent?.includes("Cloudflare") === true) return (allowed = false);
  try {
    // oxlint-disable-next-line no-implied-eval -- asks whether it is allowed
    allowed = new Function("return true")() === true;
  } catch {
    allowed = false;
  }
  return allowed;
}

/**
 * Writes the check that somebody would write by hand for a plain schema: a row of `typeof` and one object literal. It
 * takes about a sixth of the time of a validator's own run. Everything from the schema goes into the source as a JSON
 * literal, or stays outside of it as a constant, so no key, value or pattern can become code.
 */
function makeCheck(plain: Plain | undefined): FastCheck | undefined {
  if (plain === undefined || !mayGenerate()) return undefined;
  const source = new Source();
  const result = source.write(plain, "v");
  if (result === undefined) return undefined;
  const names = source.patterns.map((_, index) => `p${index}`);
  const body = `"use strict";\nreturn function(v){\n${source.text}return ${result};\n}`;
  // oxlint-disable-next-line no-implied-eval -- see above; checked against the validator itself in tests
  return (new Function(...names, body) as (...patterns: RegExp[]) => FastCheck)(...source.patterns);
}

class Source {
  text = "";
  /** Constants of the check: `p0`, `p1`, … */
  readonly patterns: RegExp[] = [];
  private variables = 0;

  /** Writes statements that leave the function unless `at` fits; answers the expression of its output. */
  write(plain: Plain, at: string): string | undefined {
    switch (plain.kind) {
      case "string":
        this.unless(`typeof ${at}==="string"${lengths(plain, at)}`);
        for (const pattern of plain.patterns ?? []) this.unless(`p${this.patterns.push(pattern) - 1}.test(${at})`);
        return at;
      case "boolean":
        this.unless(`typeof ${at}==="boolean"`);
        return at;
      case "number":
        this.unless(plain.integer === true ? `Number.isSafeInteger(${at})` : `Number.isFinite(${at})`);
        for (const { operator, value } of plain.bounds ?? []) this.unless(`${at}${operator}${value}`);
        return at;
      case "literal":
        if (plain.values.length > MAX_LITERALS) return undefined;
        this.unless(isOneOf(plain.values, at));
        return at;
      case "nullable":
        return this.branch(plain.of, at, `${at}!==null`, "null");
      case "array":
        return this.list(plain, at);
      case "object":
        return this.fields(plain.fields, at);
      case "variant":
        return this.variant(plain.key, plain.options, at);
      default:
        return plain satisfies never;
    }
  }

  private fields(fields: readonly PlainField[], at: string): string | undefined {
    this.unless(isObject(at));
    const object = this.variable();
    const required: string[] = [];
    const late: string[] = [];
    for (const { key, of, optional } of fields) {
      // As a key of a literal it would set the prototype.
      if (key === "__proto__") return undefined;
      const value = this.variable();
      this.text += `const ${value}=${at}[${literal(key)}];\n`;
      if (of === undefined) this.unless(`${value}===undefined&&!(${literal(key)} in ${at})`);
      else if (optional) {
        // A key that is there without a value is for the schema to judge.
        this.unless(`${value}!==undefined||!(${literal(key)} in ${at})`);
        const output = this.branch(of, value, `${value}!==undefined`, "undefined");
        if (output === undefined) return undefined;
        late.push(`if(${output}!==undefined)${object}[${literal(key)}]=${output};\n`);
      } else {
        const output = this.write(of, value);
        if (output === undefined) return undefined;
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

  private unless(condition: string): void {
    this.text += `if(!(${condition}))return undefined;\n`;
  }

  private variable(): string {
    return `x${this.variables++}`;
  }
}

function isObject(at: string): string {
  return `typeof ${at}==="object"&&${at}!==null&&!Array.isArray(${at})`;
}

function isOneOf(values: readonly (string | number | boolean | null)[], at: string): string {
  return values.map((value) => `${at}===${literal(value)}`).join("||") || "false";
}

function lengths({ minLength, maxLength }: { minLength?: number; maxLength?: number }, at: string): string {
  const least = minLength === undefined ? "" : `&&${at}.length>=${minLength}`;
  return maxLength === undefined ? least : `${least}&&${at}.length<=${maxLength}`;
}

function literal(value: string | number | boolean | null): string {
  return JSON.stringify(value);
}
