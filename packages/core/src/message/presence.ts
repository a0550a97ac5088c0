import { checkOptions, type Kinds } from "../base/options.ts";
import { checkMs } from "../base/clock.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- a schema of any input and output
export type StateSchema = StandardSchema<any, any>;

declare const PRESENT: unique symbol;

/** For the reader of an error alone. */
declare const WHY: unique symbol;

/**
 * A name whose topic may have a presence: what is given for a state, and what is seen of it. A plain string is one. `Why` is what
 * the compiler prints of another one.
 */
export interface MaybePresent<In = unknown, Out = unknown, Why = "topic() declares no presence"> {
  readonly [PRESENT]?: { readonly in: In; readonly out: Out } | undefined;
  readonly [WHY]?: Why | undefined;
}

/** A name whose topic has a presence, by its type alone. */
export interface Present<In = unknown, Out = unknown> {
  readonly [PRESENT]: { readonly in: In; readonly out: Out };
}

/** A name whose topic is declared without a presence, by its type alone. */
export interface NoPresence {
  readonly [PRESENT]?: "topic() declares no presence";
}

/** Who is on a topic, and what each of them says of itself. */
export interface PresenceOptions<S extends StateSchema = StateSchema> {
  /**
   * What one connection says of itself, by any Standard Schema: zod's and valibot's are. What it makes of a state is what
   * others see; it is kept as JSON.
   */
  readonly state: S;
  /**
   * Name of the key of `ctx.data` by whose text connections belong together, as devices of one member. Default: whose they
   * are by `identify`, and each by itself (its `clientId`) that is nobody's, or where the router has no `identify`.
   */
  readonly key?: string | undefined;
  /** Milliseconds for which a member whose last connection closed is still there, so that a reload is silent. Default 3,000. */
  readonly graceMs?: number | undefined;
  /** Members up to which clients see each of them; of more they see how many there are. Default 200. */
  readonly maxMembers?: number | undefined;
  /** Only the server says who is there: clients see it, and set no state of their own. Default false. */
  readonly fromServer?: boolean | undefined;
}

/** What a topic's declaration says of its presence, filled in. */
export interface PresencePolicy {
  readonly state: StateSchema;
  readonly key: string | undefined;
  readonly graceMs: number;
  readonly maxMembers: number;
  readonly fromServer: boolean;
}

const KINDS: Kinds<PresenceOptions> = {
  state: "object|function",
  key: "string",
  graceMs: "number",
  maxMembers: "number",
  fromServer: "boolean",
};

/** @throws TypeError or RangeError for an option that cannot be honoured. */
export function resolvePresence(options: PresenceOptions, pattern: string): PresencePolicy {
  const where = `topic(${JSON.stringify(pattern)}): presence`;
  checkOptions(where, options, KINDS);
  const { state, key, graceMs = 3_000, maxMembers = 200, fromServer = false } = options;
  if (typeof (state as Partial<StandardSchema> | undefined)?.["~standard"]?.validate !== "function") {
    throw new TypeError(`${where}: state is no Standard Schema, as z.object() and v.object() make one`);
  }
  checkMs(`${where}: graceMs`, graceMs);
  if (!Number.isInteger(maxMembers) || maxMembers < 0) {
    throw new RangeError(`${where}: maxMembers has to be a whole number from 0 up, not ${maxMembers}`);
  }
  return Object.freeze({ state, key, graceMs, maxMembers, fromServer });
}
