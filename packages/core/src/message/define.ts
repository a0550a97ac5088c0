import { checkOptions, type Kinds } from "../base/options.ts";
import { whenAll } from "../base/when.ts";
import type { AnyMessage, AnyRpc } from "./message.ts";
import { type Overflow, type Validators, validatorsOf } from "./validators.ts";
import type { ErrorCode } from "../protocol/codes.ts";
import { uncarried } from "../protocol/carried.ts";
import { CONTROL_PREFIX, type Envelope, ERROR_TYPE, RESERVED_META } from "../protocol/envelope.ts";
import type { StandardIssue, StandardResult } from "../schema/standard-schema.ts";
import type { Checked, Validator } from "../schema/validator.ts";

/** Turns what a user wrote for a payload, meta, progress or details into a validator; `what` names it in errors. */
export type Compile = (source: unknown, what: string) => Validator;

/** What a validator package brings. */
export interface DefineKit {
  /** Called once for each schema of a definition; throws a TypeError for what it cannot take. */
  readonly compile: Compile;
  /** Keys of meta that a source declares, as far as it can be told, to refuse reserved ones. */
  readonly metaKeys: (source: unknown) => readonly string[];
}

export interface DefineOptions {
  meta?: unknown;
  /** What a slow peer gets of the message, where it need not get all. */
  overflow?: "drop" | "conflate";
  by?: (payload: never) => string;
  /** What the rpc reports while it runs. */
  progress?: unknown;
  /** Details that go with an error, by gRPC code. */
  errors?: { [C in ErrorCode]?: unknown };
  /** Items of the streams that go beside the rpc, by who sends them. */
  stream?: { fromClient?: unknown; fromServer?: unknown };
  /** Whether running the request twice is the same as once; lets a client resend it after a lost connection. */
  idempotent?: boolean;
}

// A page that is bundled for production is spared what asks for this, since bundlers know its answer.
declare const process: { readonly env: { readonly NODE_ENV?: string } };
/** There reading NODE_ENV takes a permission. */
declare const Deno: unknown;

const MESSAGE_OPTIONS: Kinds<Pick<DefineOptions, "meta" | "overflow" | "by">> = {
  meta: "any",
  overflow: "any",
  by: "any",
};
// Spelt out: a spread would keep both tables in pages that define nothing.
const RPC_OPTIONS: Kinds<DefineOptions> = {
  meta: "any",
  overflow: "any",
  by: "any",
  progress: "any",
  errors: "object",
  stream: "object",
  idempotent: "boolean",
};

/** The untyped form of `message()`; each validator package gives it its own types. */
export interface MessageMaker {
  (type: string, payload?: unknown, options?: DefineOptions): AnyMessage;
  readonly fromClient: (type: string, payload?: unknown, options?: DefineOptions) => AnyMessage;
  readonly fromServer: (type: string, payload?: unknown, options?: DefineOptions) => AnyMessage;
}

/** Makes a validator's `message`, with its two directions. */
export function messageMaker(kit: DefineKit): MessageMaker {
  const maker =
    (from?: "client" | "server") =>
    (type: string, payload?: unknown, options?: DefineOptions): AnyMessage =>
      defineMessage(kit, type, payload, options, from);
  return Object.assign(maker(), { fromClient: maker("client"), fromServer: maker("server") });
}

export function defineMessage(
  kit: DefineKit,
  type: string,
  payload?: unknown,
  options: DefineOptions = {},
  from?: "client" | "server",
): AnyMessage {
  if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production") {
    checkOptions(`message(${JSON.stringify(type)})`, options, MESSAGE_OPTIONS);
  }
  const overflow = overflowOf(type, options, from);
  return Object.freeze({
    kind: "message",
    from,
    ...describe(kit, type, payload, options, { overflow }),
  }) as unknown as AnyMessage;
}

/** @throws TypeError for a way that does not exist, for a `by` that is missing or has no use, and for what clients send. */
function overflowOf(type: string, { overflow, by }: DefineOptions, from?: "client" | "server"): Overflow | undefined {
  if (overflow === undefined && by === undefined) return undefined;
  if (from === "client") throw new TypeError(`${type} is sent by clients, and overflow is of what servers send`);
  if (overflow === "drop" && by === undefined) return { by };
  if (overflow === "conflate" && typeof by === "function") return { by };
  throw new TypeError(`overflow of ${type} is "drop", or "conflate" with a function by`);
}

/** The untyped form of `rpc()`. */
export interface RpcMaker {
  (type: string, payload: unknown, ...rest: unknown[]): AnyRpc;
  readonly fromServer: (type: string, payload: unknown, ...rest: unknown[]) => AnyRpc;
}

/** Makes a validator's `rpc`, with the one that servers ask. */
export function rpcMaker(kit: DefineKit): RpcMaker {
  const maker =
    (from?: "server") =>
    (...given: [type: string, payload: unknown, ...rest: unknown[]]): AnyRpc =>
      defineRpc(kit, from, ...given);
  return Object.assign(maker(), { fromServer: maker("server") });
}

/** The response is a message, or its type and payload in place. */
function defineRpc(
  kit: DefineKit,
  from: "server" | undefined,
  type: string,
  payload: unknown,
  ...rest: unknown[]
): AnyRpc {
  const [response, options = {}] = (
    typeof rest[0] === "string" ? [defineMessage(kit, rest[0], rest[1]), rest[2]] : rest
  ) as [AnyMessage | undefined, DefineOptions?];
  if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production") {
    checkOptions(`rpc(${JSON.stringify(type)})`, options, RPC_OPTIONS);
  }
  const { stream, idempotent } = options;
  if (from && idempotent) throw new TypeError(`${type} is asked by servers, which never ask twice`);
  if (options.overflow !== undefined) throw new TypeError(`${type} is an rpc, which always gets its answer`);
  if (!response?.kind) throw new TypeError(`${type} needs a response`);
  if (response.from === (from ?? "client"))
    throw new TypeError(`${response.type} is sent by ${response.from}s, and answers no request of theirs`);
  const progress = compiled(kit, type, options.progress, "progress");
  const each = (sources: object = {}) =>
    Object.entries(sources).map(([part, source]) => [part, compiled(kit, type, source, part)] as const);
  const errors = each(options.errors);
  const streams = each(stream);
  if (
    stream &&
    (from || idempotent || progress || !streams.every(([end]) => /^from(Client|Server)$/.test(end)) || !streams[0])
  ) {
    throw new TypeError(
      `The stream of ${type} is fromClient, fromServer or both, and goes with no progress, idempotent or rpc.fromServer`,
    );
  }
  return Object.freeze({
    kind: "rpc",
    from,
    ...describe(kit, type, payload, options, {
      progress,
      errors: Object.fromEntries(errors),
      ...Object.fromEntries(streams),
    }),
    response,
    progress: progress?.schema,
    errors: schemasOf(errors),
    stream: stream && schemasOf(streams),
    idempotent: !!idempotent,
  }) as unknown as AnyRpc;
}

function schemasOf(parts: readonly (readonly [part: string, validator: Validator | undefined])[]) {
  return Object.fromEntries(parts.map(([part, validator]) => [part, validator?.schema]));
}

function describe(kit: DefineKit, type: string, payload: unknown, options: DefineOptions, more?: Partial<Validators>) {
  checkType(type);
  const taken = kit.metaKeys(options.meta).find((key) => RESERVED_META.includes(key));
  if (taken) throw new TypeError(`Meta of ${type} may not declare ${taken}`);
  const parts = {
    payload: compiled(kit, type, payload, "payload"),
    meta: compiled(kit, type, options.meta, "meta"),
    uncarried,
    ...more,
  };
  return {
    type,
    payload: parts.payload?.schema,
    meta: parts.meta?.schema,
    "~validators": parts,
    "~standard": standard(type, parts),
  } as const;
}

function standard(type: string, parts: Validators) {
  return { version: 1, vendor: "ws-kit", validate: (frame: unknown) => validateFrame(type, parts, frame) } as const;
}

/** What makes a definition a Standard Schema, under another type. */
export function whole(type: string, message: AnyMessage): AnyMessage["~standard"] {
  return standard(type, validatorsOf(message));
}

function compiled({ compile }: DefineKit, type: string, source: unknown, what: string): Validator | undefined {
  return source === undefined ? undefined : compile(source, `${what} of ${JSON.stringify(type)}`);
}

/** @throws TypeError when the type is empty or belongs to the protocol. */
export function checkType(type: unknown): asserts type is string {
  if (typeof type !== "string" || type === "" || type === ERROR_TYPE || type.startsWith(CONTROL_PREFIX)) {
    throw new TypeError(`${JSON.stringify(type)} is not a type for messages`);
  }
}

function validateFrame(type: string, { meta, payload }: Validators, frame: unknown): Checked<unknown> {
  const { type: got, meta: given = {}, payload: sent } = Object(frame) as Envelope;
  if (got !== type) return { issues: [{ message: `Expected ${type}`, path: ["type"] }] };
  const checks = [meta?.inbound(given), payload?.inbound(sent)];
  return whenAll(checks, ([inMeta, inPayload]) => {
    const issues = [...under("meta", inMeta), ...under("payload", inPayload)];
    if (issues.length > 0) return { issues };
    const values = [inMeta, inPayload] as ({ value?: object } | undefined)[];
    return { value: { type, meta: { ...given, ...values[0]?.value }, payload: values[1]?.value } };
  });
}

type Result = StandardResult<unknown> | undefined;

function under(part: string, result: Result): StandardIssue[] {
  return (result?.issues ?? []).map(({ message, path = [] }) => ({ message, path: [part, ...path] }));
}
