import { ERROR_CODES, type ErrorCode } from "./codes.ts";
import { CONTROL_PREFIX, ERROR_TYPE, isEnvelope, RESERVED_META } from "./envelope.ts";
import type { AnyMessage, AnyRpc, Validators } from "./message.ts";
import type { StandardIssue, StandardResult } from "./standard-schema.ts";
import { isPromise, type Checked, type Validator } from "./validate.ts";

/** Turns what a user wrote for a payload, meta, progress or details into a validator; `what` names it in errors. */
export type Compile = (source: unknown, what: string) => Validator;

/** The untyped form of `message()` and `rpc()`; each validator package gives it its own types. */
export interface Definers {
  message(type: string, payload?: unknown, options?: DefineOptions): AnyMessage;
  rpc(type: string, payload: unknown, ...rest: unknown[]): AnyRpc;
}

export interface DefineOptions {
  meta?: unknown;
  /** What the rpc reports while it runs. */
  progress?: unknown;
  /** Details that go with an error, by gRPC code. */
  errors?: { [C in ErrorCode]?: unknown };
  /** Whether running the request twice is the same as once; lets a client resend it after a lost connection. */
  idempotent?: boolean;
}

/**
 * Makes `message()` and `rpc()` for one validator.
 *
 * @param compile Called once for each schema of a definition; throws a TypeError for what it cannot take.
 * @param names Keys of meta a source declares, as far as it can be told, to refuse reserved ones.
 */
export function createDefiners(compile: Compile, names: (source: unknown) => readonly string[]): Definers {
  function validators(type: string, payload: unknown, options: DefineOptions): Validators {
    const part = (source: unknown, what: string) =>
      source === undefined ? undefined : compile(source, `${what} of ${JSON.stringify(type)}`);
    if (options.meta !== undefined) checkMeta(type, names(options.meta));
    let errors: { [C in ErrorCode]?: Validator } | undefined;
    for (const [code, source] of Object.entries(options.errors ?? {})) {
      if (!Object.hasOwn(ERROR_CODES, code)) throw new TypeError(`${JSON.stringify(code)} is not a gRPC status code`);
      (errors ??= {})[code as ErrorCode] = part(source, `${code} details`) as Validator;
    }
    return {
      payload: part(payload, "payload"),
      meta: part(options.meta, "meta"),
      progress: part(options.progress, "progress"),
      errors,
    };
  }

  function define(type: string, payload: unknown, options: DefineOptions) {
    checkType(type);
    const parts = validators(type, payload, options);
    return {
      type,
      payload: parts.payload?.schema,
      meta: parts.meta?.schema,
      "~validators": parts,
      "~standard": { version: 1, vendor: "ws-kit", validate: (frame: unknown) => validateFrame(type, parts, frame) },
    } as const;
  }

  function message(type: string, payload?: unknown, options: DefineOptions = {}): AnyMessage {
    return Object.freeze({ kind: "message", ...define(type, payload, options) }) as AnyMessage;
  }

  return {
    message,
    rpc(type, payload, ...rest) {
      const [response, options = {}] = (typeof rest[0] === "string" ? [message(rest[0], rest[1]), rest[2]] : rest) as [
        AnyMessage,
        DefineOptions?,
      ];
      if (response?.kind === undefined) {
        throw new TypeError(`rpc(${JSON.stringify(type)}) needs a response: a type with its payload, or a message`);
      }
      const base = define(type, payload, options);
      const errors: Record<string, unknown> = {};
      for (const [code, validator] of Object.entries(base["~validators"].errors ?? {})) errors[code] = validator.schema;
      return Object.freeze({
        kind: "rpc",
        ...base,
        response,
        progress: base["~validators"].progress?.schema,
        errors: Object.freeze(errors),
        idempotent: options.idempotent === true,
      }) as AnyRpc;
    },
  };
}

/** @throws TypeError when the type is empty or belongs to the protocol. */
export function checkType(type: unknown): asserts type is string {
  if (typeof type !== "string" || type === "") throw new TypeError("A message type is a string that is not empty");
  if (type === ERROR_TYPE || type.startsWith(CONTROL_PREFIX)) {
    throw new TypeError(
      `The message type ${JSON.stringify(type)} is reserved: ${ERROR_TYPE} and types beginning with ${CONTROL_PREFIX} belong to the protocol`,
    );
  }
}

function checkMeta(type: string, keys: readonly string[]): void {
  const taken = keys.filter((key) => RESERVED_META.includes(key));
  if (taken.length > 0) {
    throw new TypeError(`Meta of ${JSON.stringify(type)} may not declare ${taken.join(", ")}: the protocol owns it`);
  }
}

function validateFrame(type: string, { meta, payload }: Validators, frame: unknown): Checked<unknown> {
  if (!isEnvelope(frame)) return { issues: [{ message: "Expected a frame: an object with a type" }] };
  if (frame.type !== type) return { issues: [{ path: ["type"], message: `Expected ${JSON.stringify(type)}` }] };
  type Part = StandardResult<unknown> | undefined;
  const checks = [meta?.inbound(frame.meta ?? {}), payload?.inbound(frame.payload)] as const;
  const join = ([m, p]: readonly [Part, Part]): StandardResult<unknown> => {
    const issues = [...prefixed("meta", m), ...prefixed("payload", p)];
    if (issues.length > 0) return { issues };
    const value: Record<string, unknown> = { type };
    if (frame.meta || meta) value["meta"] = { ...frame.meta, ...(m as { value?: object } | undefined)?.value };
    if (p) value["payload"] = (p as { value: unknown }).value;
    return { value };
  };
  const later = async () => join([await checks[0], await checks[1]]);
  return checks.some(isPromise) ? later() : join(checks as readonly [Part, Part]);
}

function prefixed(part: string, result: StandardResult<unknown> | undefined): StandardIssue[] {
  return (result?.issues ?? []).map(({ message, path = [] }) => ({ message, path: [part, ...path] }));
}
