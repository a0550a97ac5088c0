import { type ContractJson, describeContract, standardJsonSchema, type ToJsonSchema } from "./contract-json.ts";
import { aKind, checkOptions, type Kinds } from "../base/options.ts";
import type { AnyMessage } from "./message.ts";
import type { Parts } from "./parts.ts";
import type { AnyTopic } from "./topic.ts";

export interface ContractOptions {
  /** What errors call it. */
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  /**
   * What `npx @ws-kit/cli fingerprint`, or `fingerprintOf`, says of it, as a constant: by it the ends of a connection find out whether they mean the same.
   */
  readonly fingerprint?: string | undefined;
  /** An end that meets another contract closes with 4400. Default false: both are told, and go on. */
  readonly strict?: boolean | undefined;
}

const OPTIONS: Kinds<ContractOptions> = {
  name: "string",
  version: "string",
  fingerprint: "string",
  strict: "boolean",
};

/** What two ends agreed on, as an object of its own: no router's code is in it. */
export interface Contract<P extends Parts = Parts> {
  readonly parts: P;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly fingerprint: string | undefined;
  readonly strict: boolean;
  /**
   * The contract as plain data, in an order of its own: types, directions, schemas as JSON Schema, errors, topics.
   * @param convert Left out: schemas say it themselves, by Standard JSON Schema. A shape of zod does not: give it the
   * `toJsonSchema` of `@ws-kit/zod`.
   * @throws TypeError for a schema that cannot be converted.
   */
  toJSON(this: void, convert?: ToJsonSchema | string): ContractJson;
}

/**
 * Gathers definitions into what two ends agree on: one for each feature. A router says that it `provides` it, or handles it
 * as a whole.
 *
 * @throws TypeError for a part that is no definition, and for two of one type.
 *
 * @example
 * export const Chat = contract({ Join, Said, Import, Room }, { name: "Chat", version: "2" });
 */
export function contract<P extends Parts>(parts: P, options: ContractOptions = {}): Contract<P> {
  checkOptions("contract()", options, OPTIONS);
  if (typeof parts !== "object" || parts === null || Array.isArray(parts)) {
    throw new TypeError(`contract() takes an object with its parts, not ${aKind(parts)}`);
  }
  const types = new Map<string, string>();
  for (const [key, part] of Object.entries<AnyMessage | AnyTopic>(parts)) {
    if (part?.kind === "topic") continue;
    if (part?.kind !== "message" && part?.kind !== "rpc") {
      throw new TypeError(`${key} of the contract is neither a message nor a topic`);
    }
    const other = types.get(part.type);
    if (other !== undefined) throw new TypeError(`${other} and ${key} of the contract are both ${part.type}`);
    types.set(part.type, key);
  }
  const { name, version, fingerprint, strict = false } = options;
  const toJSON: Contract["toJSON"] = (convert) =>
    describeContract(parts, { name, version }, typeof convert === "function" ? convert : standardJsonSchema);
  return Object.freeze({ parts: Object.freeze({ ...parts }), name, version, fingerprint, strict, toJSON });
}

/** @throws TypeError for what is no contract. */
export function checkContract(where: string, given: unknown): void {
  if (typeof given === "object" && given !== null && "parts" in given && "toJSON" in given) return;
  throw new TypeError(`${where} takes a contract as contract() makes it, not ${aKind(given)}`);
}

/** What was given for contracts. @throws TypeError for one that is none. */
export function contractsOf(where: string, given: readonly Contract[]): readonly Contract[] {
  for (const each of given) checkContract(where, each);
  return given;
}

/** How errors and the log call it. */
export function nameOfContract({ name }: Contract): string {
  return name === undefined ? "contract" : `contract ${name}`;
}

/** The parts that a server has to handle: what clients send. */
export function handledParts(of: Contract): [name: string, message: AnyMessage][] {
  return Object.entries(of.parts).flatMap(([name, part]) =>
    part.kind === "topic" || part.from === "server" ? [] : [[name, part]],
  );
}

/** The names of those parts. */
export type HandledNames<P> = {
  [Name in keyof P]: P[Name] extends AnyMessage ? (P[Name] extends { readonly from: "server" } ? never : Name) : never;
}[keyof P];
