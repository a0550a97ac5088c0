import type { AnyMessage, AnyRpc } from "./message.ts";
import type { Parts } from "./parts.ts";
import type { AnyTopic } from "./topic.ts";
import { toError } from "../base/thrown.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";

/** Turns a schema into JSON Schema, as its validator does; `io` says of which side. */
export type ToJsonSchema = (schema: StandardSchema, io: "input" | "output") => unknown;

/** `contract.toJSON()`: what travels, which is what a sender gives. */
export interface ContractJson {
  readonly name?: string;
  readonly version?: string;
  readonly messages: readonly MessageJson[];
  readonly topics: readonly TopicJson[];
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
  /** Items of its streams, by who sends them. */
  readonly stream?: { readonly fromClient?: unknown; readonly fromServer?: unknown };
  /** Of an rpc that clients may send twice. */
  readonly idempotent?: true;
}

export interface TopicJson {
  readonly name: string;
  readonly pattern: string;
  /** Types of messages. */
  readonly carries: readonly string[];
  /** Of a recorded one. How much is kept, and for how long, is the server's affair. */
  readonly history?: true;
  /** Of one whose followers see who is there. */
  readonly presence?: PresenceJson;
}

export interface PresenceJson {
  /** What a connection says of itself. */
  readonly state: unknown;
  /** Where clients say nothing of themselves. */
  readonly fromServer?: true;
}

export function describeContract(
  parts: Parts,
  { name, version }: { readonly name: string | undefined; readonly version: string | undefined },
  convert: ToJsonSchema,
): ContractJson {
  const entries = byName(Object.entries(parts));
  const plain = (key: string, schema: StandardSchema): unknown => {
    try {
      return convert(schema, "input");
    } catch (error) {
      throw new TypeError(`${key} of the contract is not JSON Schema: ${toError(error).message}`, { cause: error });
    }
  };
  return {
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    messages: entries.flatMap(([key, part]) =>
      part.kind === "topic" ? [] : [describeMessage(key, part, (schema) => plain(key, schema))],
    ),
    topics: entries.flatMap(([key, part]) =>
      part.kind === "topic" ? [describeTopic(key, part, (schema) => plain(key, schema))] : [],
    ),
  };
}

/** Makes a schema of one part plain. */
type Plain = (schema: StandardSchema) => unknown;

function byName<T>(entries: readonly [string, T][]): [string, T][] {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function describeMessage(name: string, message: AnyMessage, plain: Plain): MessageJson {
  const { type, kind, payload, meta } = message;
  const { response, progress, errors, stream, idempotent } = message as Partial<AnyRpc>;
  const details = byName(Object.entries((errors ?? {}) as Record<string, StandardSchema | undefined>));
  return {
    name,
    type,
    kind,
    from: (message.from as "client" | "server" | undefined) ?? (kind === "rpc" ? "client" : "either"),
    ...(payload && { payload: plain(payload) }),
    ...(meta && { meta: plain(meta) }),
    ...(response && {
      response: { type: response.type, ...(response.payload && { payload: plain(response.payload) }) },
    }),
    ...(progress !== undefined && { progress: plain(progress as StandardSchema) }),
    // One that is declared without details has no schema: nothing is said of them.
    ...(details.length > 0 && {
      errors: Object.fromEntries(details.map(([code, schema]) => [code, schema ? plain(schema) : {}])),
    }),
    ...(stream !== undefined && {
      stream: Object.fromEntries(
        Object.entries(stream as Record<string, StandardSchema>).map(([end, schema]) => [end, plain(schema)]),
      ),
    }),
    ...(idempotent === true && { idempotent }),
  };
}

function describeTopic(name: string, { pattern, messages, history, presence }: AnyTopic, plain: Plain): TopicJson {
  return {
    name,
    pattern,
    carries: messages.map(({ type }) => type).toSorted(),
    ...(history && { history: true }),
    ...(presence && {
      presence: { state: plain(presence.state), ...(presence.fromServer && { fromServer: true }) },
    }),
  };
}

/** Standard JSON Schema (https://standardschema.dev/json-schema). */
export const standardJsonSchema: ToJsonSchema = (schema, io) => {
  const { vendor, jsonSchema } = schema["~standard"] as unknown as {
    vendor: string;
    jsonSchema?: Record<typeof io, (options: { target: string }) => unknown>;
  };
  if (jsonSchema === undefined) {
    throw new TypeError(`A schema of ${vendor} does not say what it is as JSON Schema: give toJSON() a converter`);
  }
  return jsonSchema[io]({ target: "draft-2020-12" });
};
