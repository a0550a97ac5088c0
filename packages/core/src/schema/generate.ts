import { isPromise } from "../base/when.ts";
import { hasOpaque, type FastCheck, type Opaque, type Plain } from "./plain.ts";
import { build, MISFIT } from "./source.ts";
import type { StandardSchema } from "./standard-schema.ts";
import type { Checked, Checks, Validator } from "./validator.ts";

const NO_CHECK: FastCheck = () => undefined;

/** What a server knows of one validator's schemas. */
export interface SchemaReader {
  /** Describes a schema; undefined where only the schema itself can tell. */
  plain(schema: never): Plain | undefined;
  /**
   * Runs a schema on what arrived: with the issues that may be told, and no more of them than `MAX_ISSUES`, since making
   * thousands takes longer than the check.
   */
  validate(schema: never, value: unknown): Checked<unknown>;
}

const readers = new Map<string, SchemaReader>();

/**
 * Teaches the server to read the schemas of one validator. Its package does so when it makes a router, which keeps all
 * of this out of a browser's bundle.
 *
 * @param vendor As the schemas' Standard Schema interface names it.
 */
export function readSchemasOf(vendor: string, reader: SchemaReader): void {
  readers.set(vendor, reader);
}

class Generated implements Checks {
  in: FastCheck = NO_CHECK;
  out: FastCheck = NO_CHECK;
  plain: Plain | undefined;
  begun = false;
  readonly carried: boolean;
  private readonly mixed: boolean;
  private readonly validator: Validator;
  private readonly reader: SchemaReader | undefined;

  constructor(validator: Validator) {
    const { schema } = validator;
    this.validator = validator;
    this.reader = readers.get(schema["~standard"].vendor);
    this.plain = mayGenerate() ? this.reader?.plain(schema as never) : undefined;
    this.mixed = this.plain !== undefined && hasOpaque(this.plain);
    // Where anything transforms, `out` has no parts of a schema's own; see `begin`.
    this.carried = !this.mixed || validator.strips;
    if (!this.mixed) this.begin();
  }

  validate(value: unknown): Checked<unknown> {
    const { reader, validator } = this;
    const result = reader === undefined ? validator.inbound(value) : reader.validate(validator.schema as never, value);
    this.ran(isPromise(result));
    return result;
  }

  ran(later: boolean): void {
    if (!this.mixed) return;
    if (later) this.end();
    else if (!this.begun) this.begin();
  }

  part({ schema }: Opaque, value: unknown): unknown {
    const result = this.reader?.validate(schema as never, value) ?? { issues: [] };
    if (!isPromise(result)) return result.issues === undefined ? result.value : MISFIT;
    // It does so for some values only.
    result.then(undefined, () => {});
    this.end();
    return MISFIT;
  }

  private begin(): void {
    const { plain, mixed, validator } = this;
    if (plain === undefined) return;
    this.begun = true;
    const check = build(plain, (part) => (value) => this.part(part, value));
    if (check === undefined) return this.end();
    this.in = check;
    // What a part makes of a value is not what travels, where anything transforms.
    this.out = (mixed && validator.strips ? build(plain, undefined) : check) ?? NO_CHECK;
  }

  private end(): void {
    this.plain = undefined;
    this.in = this.out = NO_CHECK;
  }
}

/** The generated checks of a schema, made when they are first asked for; such as accept nothing where there are none. */
export function checksOf(validator: Validator): Checks {
  return (validator.checks ??= new Generated(validator));
}

export function plainOf(schema: StandardSchema): Plain | undefined {
  return readers.get(schema["~standard"].vendor)?.plain(schema as never);
}

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
