import { calmed, isPromise } from "../base/when.ts";
import { compose, Composer } from "./compose.ts";
import { generate } from "./generate.ts";
import { holds, MISFIT, type FastCheck, type Opaque, type PartCheck, type Parts, type Plain } from "./plain.ts";
import type { StandardSchema } from "./standard-schema.ts";
import type { Checked, Checks, Validator } from "./validator.ts";
import { stripOf } from "./strip.ts";
import type { SchemaView } from "./wire.ts";

const NO_CHECK: FastCheck = () => undefined;

/** What a server knows of one validator's schemas. */
export interface SchemaReader {
  /** Describes a schema; an opaque part where only the schema itself can tell. */
  plain(schema: never): Plain;
  /**
   * Runs a schema on what arrived: with the issues that may be told, and no more of them than `MAX_ISSUES`, since making
   * thousands takes longer than the check.
   */
  validate(schema: never, value: unknown): Checked<unknown>;
  /**
   * Runs a schema on a part: its output, or `MISFIT`.
   * @throws where it has to be waited for, or where a function in the schema throws.
   */
  run(schema: never, value: unknown): unknown;
  /** As the schema's own interface, where that lets go of a promise that it has begun. */
  standard?: (schema: never, value: unknown) => Checked<unknown>;
  /** Tells how a schema's values travel. */
  view(schema: never): SchemaView<StandardSchema>;
  /** Whether the application wants no code generated; false where it does not say. */
  jitless?(): boolean;
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

/** The checks of a schema that a reader describes; such as accept nothing where there is none. */
class OwnChecks implements Checks {
  in: FastCheck = NO_CHECK;
  out: FastCheck = NO_CHECK;
  plain: Plain | undefined;
  readonly holdsMany: boolean;
  begun = false;
  carried = true;
  private readonly mixed: boolean;
  private readonly validator: Validator;
  private readonly reader: SchemaReader | undefined;
  private composer: Composer | undefined;

  constructor(validator: Validator) {
    const { schema } = validator;
    this.validator = validator;
    this.reader = readers.get(schema["~standard"].vendor);
    const { reader } = this;
    this.plain = reader?.plain(schema as never);
    const standard = reader?.standard;
    if (standard !== undefined) validator.inbound = (value) => standard(schema as never, value);
    this.mixed = this.plain !== undefined && holds(this.plain, "opaque");
    this.holdsMany = this.plain !== undefined && (holds(this.plain, "array") || holds(this.plain, "record"));
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

  fits(plain: Plain, value: unknown): boolean {
    this.composer ??= new Composer(this.inward);
    return this.composer.check(plain)(value) !== MISFIT;
  }

  private begin(): void {
    const { plain } = this;
    if (plain === undefined) return;
    this.begun = true;
    const make = mayGenerate() && this.reader?.jitless?.() !== true ? generate : compose;
    // One that is asked whole is asked by way of `validate`, which knows why it refuses.
    if (plain.kind !== "opaque") this.in = make(plain, this.inward);
    const out = make(plain, this.outward);
    const passes = this.mixed || holds(plain, "any");
    this.out = passes
      ? (value) => {
          this.carried = true;
          return out(value);
        }
      : out;
  }

  private end(): void {
    this.plain = undefined;
    this.in = this.out = NO_CHECK;
  }

  private get inward(): Parts {
    return {
      direction: "in",
      ask:
        ({ schema }) =>
        (value) =>
          this.run(schema, value),
      pass: () => {},
    };
  }

  private get outward(): Parts {
    return {
      direction: "out",
      ask: (part) => this.outgoing(part),
      pass: (value) => {
        if (!isScalar(value)) this.carried = false;
      },
    };
  }

  /** Of a part: its output where nothing in the whole schema transforms, otherwise what it was given. */
  private outgoing({ schema }: Opaque): PartCheck {
    const { strips } = this.validator;
    const strip = strips ? stripOf(schema, (part) => this.reader?.view(part as never) ?? {}) : undefined;
    return (value) => {
      // Stripped, it would be waited for: it is refused where the whole is looked at.
      if (isPromise(value)) return MISFIT;
      const output = this.run(schema, value);
      // A missing value that it accepts, and its object may not.
      if (output === MISFIT || (output === undefined && value === undefined)) return MISFIT;
      const wire = strip === undefined ? (strips ? value : output) : strip(value);
      if (isScalar(wire)) return wire;
      this.carried = false;
      return isPromise(wire) ? this.wait(wire) : wire;
    };
  }

  private run(schema: StandardSchema, value: unknown): unknown {
    try {
      return this.reader?.run(schema as never, value);
    } catch {
      return this.wait(undefined);
    }
  }

  /** Something has to be waited for, if only for some values. */
  private wait(promise: unknown): typeof MISFIT {
    calmed(promise);
    this.end();
    return MISFIT;
  }
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || value === null || Number.isFinite(value);
}

/** The checks that a server made of a schema, made when they are first asked for; such as accept nothing where there are none. */
export function checksOf(validator: Validator): Checks {
  return (validator.checks ??= new OwnChecks(validator));
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
