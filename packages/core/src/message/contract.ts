import type { AnyMessage, AnyRpc, InferInput, InferPayload } from "./message.ts";
import type { AnyTopic } from "./topic.ts";
import { fingerprint } from "../base/fingerprint.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";

/** What a contract is made of, by the names of its constants. */
export type Parts = Readonly<Record<string, AnyMessage | AnyTopic>>;

export interface ContractOptions {
  /** What errors call it. */
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

/** Turns a schema into JSON Schema, as its validator does; `io` says of which side. */
export type ToJsonSchema = (schema: StandardSchema, io: "input" | "output") => unknown;

/** What two ends agreed on, as an object of its own: no router's code is in it. */
export interface Contract<P extends Parts = Parts> {
  readonly parts: P;
  readonly name: string | undefined;
  readonly version: string | undefined;
  /**
   * The contract as plain data, in an order of its own: types, directions, schemas as JSON Schema, errors, topics.
   * @param convert Left out: schemas say it themselves, by Standard JSON Schema (zod does from 4.2 on).
   * @throws TypeError for a schema that cannot be converted.
   */
  toJSON(this: void, convert?: ToJsonSchema | string): ContractJson;
  /** 64 bits of `toJSON()`, as text: the same as long as nothing of it changes. */
  fingerprint(this: void, convert?: ToJsonSchema): string;
}

/** `contract.toJSON()`. */
export interface ContractJson {
  readonly version: string | undefined;
  readonly messages: readonly MessageJson[];
  readonly topics: readonly { readonly name: string; readonly pattern: string; readonly carries: readonly string[] }[];
}

export interface MessageJson {
  /** The name of its constant. */
  readonly name: string;
  readonly type: string;
  readonly kind: "message" | "rpc";
  readonly from: "client" | "server" | "either";
  readonly payload?: unknown;
  readonly meta?: unknown;
  readonly response?: { readonly type: string; readonly payload?: unknown };
  readonly progress?: unknown;
  readonly errors?: Readonly<Record<string, unknown>>;
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
export function contract<P extends Parts>(parts: P, { name, version }: ContractOptions = {}): Contract<P> {
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
  const toJSON: Contract["toJSON"] = (convert) =>
    describe(parts, version, typeof convert === "function" ? convert : itself);
  return Object.freeze({
    parts: Object.freeze({ ...parts }),
    name,
    version,
    toJSON,
    fingerprint: (convert?: ToJsonSchema) => fingerprint(toJSON(convert)),
  });
}

function describe(parts: Parts, version: string | undefined, convert: ToJsonSchema): ContractJson {
  const entries = Object.entries(parts).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    version,
    messages: entries.flatMap(([name, part]) => (part.kind === "topic" ? [] : [describeMessage(name, part, convert)])),
    topics: entries.flatMap(([name, part]) =>
      part.kind === "topic"
        ? [{ name, pattern: part.pattern, carries: part.messages.map(({ type }) => type).toSorted() }]
        : [],
    ),
  };
}

function describeMessage(name: string, message: AnyMessage, convert: ToJsonSchema): MessageJson {
  const { type, kind, payload, meta } = message;
  const { response, progress, errors } = message as Partial<AnyRpc>;
  const schemas = Object.entries((errors ?? {}) as Record<string, StandardSchema>);
  const plain = (schema: StandardSchema) => convert(schema, "input");
  return {
    name,
    type,
    kind,
    from: kind === "rpc" ? "client" : ((message.from as "client" | "server" | undefined) ?? "either"),
    ...(payload && { payload: plain(payload) }),
    ...(meta && { meta: plain(meta) }),
    ...(response && {
      response: { type: response.type, ...(response.payload && { payload: plain(response.payload) }) },
    }),
    ...(progress !== undefined && { progress: plain(progress as StandardSchema) }),
    ...(schemas.length > 0 && {
      errors: Object.fromEntries(
        schemas.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([code, schema]) => [code, plain(schema)]),
      ),
    }),
  };
}

/** Standard JSON Schema (https://standardschema.dev/json-schema). */
const itself: ToJsonSchema = (schema, io) => {
  const { vendor, jsonSchema } = schema["~standard"] as unknown as {
    vendor: string;
    jsonSchema?: Record<typeof io, (options: { target: string }) => unknown>;
  };
  if (jsonSchema === undefined) {
    throw new TypeError(`A schema of ${vendor} does not say what it is as JSON Schema: give toJSON() a converter`);
  }
  return jsonSchema[io]({ target: "draft-2020-12" });
};

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

type Problem<Old, New, Name extends string> = Old extends AnyMessage
  ? New extends AnyMessage
    ? Old["type"] extends New["type"]
      ? | (Old["from"] extends "server"
            ? never
            : [InferInput<Old>] extends [InferInput<New>]
              ? never
              : `${Name}: takes less than before`)
        | (Old["from"] extends "client"
            ? never
            : Old extends AnyRpc
              ? never
              : [InferPayload<New>] extends [InferPayload<Old>]
                ? never
                : `${Name}: gives something else than before`)
        | (Old extends AnyRpc
            ? New extends AnyRpc
              ? [InferPayload<New["response"]>] extends [InferPayload<Old["response"]>]
                ? never
                : `${Name}: answers something else than before`
              : `${Name}: is no rpc any more`
            : never)
      : `${Name}: has another type than before`
    : `${Name}: is gone`
  : never;

type Problems<Old, New> = {
  [Name in keyof Old & string]: Problem<Old[Name], Name extends keyof New ? New[Name] : undefined, Name>;
}[keyof Old & string];

/**
 * `true` where clients of the old contract get along with a server of the new one; otherwise what they trip over.
 *
 * @example
 * const ok: Compatible<typeof ChatV1, typeof Chat> = true;
 */
export type Compatible<Old extends Contract, New extends Contract> = [Problems<Old["parts"], New["parts"]>] extends [
  never,
]
  ? true
  : Problems<Old["parts"], New["parts"]>;
