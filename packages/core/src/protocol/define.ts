import { createCheck } from "./check.ts";
import type { ErrorCode } from "./codes.ts";
import { CONTROL_PREFIX, ERROR_TYPE, isEnvelope, RESERVED_META } from "./envelope.ts";
import type { AnyMessage, AnyRpc, Validators } from "./message.ts";
import type { StandardIssue, StandardResult } from "./standard-schema.ts";
import type { Checked, Validator } from "./validate.ts";
import { whenAll } from "./when.ts";

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
  function define(kind: "message" | "rpc", type: string, payload: unknown, options: DefineOptions, response?: object) {
    checkType(type);
    checkMeta(type, names(options.meta));
    const part = (source: unknown, what: string) =>
      source === undefined ? undefined : compile(source, `${what} of ${JSON.stringify(type)}`);
    const errors = Object.entries(options.errors ?? {}).map(([code, source]) => [code, part(source, code)] as const);
    const parts = {
      payload: part(payload, "payload"),
      meta: part(options.meta, "meta"),
      progress: part(options.progress, "progress"),
      errors: Object.fromEntries(errors),
    };
    return Object.freeze({
      kind,
      type,
      payload: parts.payload?.schema,
      meta: parts.meta?.schema,
      ...(response && {
        response,
        progress: parts.progress?.schema,
        errors: Object.fromEntries(errors.map(([code, validator]) => [code, validator?.schema])),
        idempotent: !!options.idempotent,
      }),
      "~validators": { ...parts, check: createCheck(type, parts) },
      "~standard": { version: 1, vendor: "ws-kit", validate: (frame: unknown) => validateFrame(type, parts, frame) },
    });
  }

  const message = (type: string, payload?: unknown, options: DefineOptions = {}) =>
    define("message", type, payload, options) as AnyMessage;

  return {
    message,
    rpc(type, payload, ...rest) {
      const [response, options = {}] = (typeof rest[0] === "string" ? [message(rest[0], rest[1]), rest[2]] : rest) as [
        AnyMessage | undefined,
        DefineOptions?,
      ];
      if (!response?.kind) throw new TypeError(`rpc(${JSON.stringify(type)}) needs a response`);
      return define("rpc", type, payload, options, response) as AnyRpc;
    },
  };
}

/** @throws TypeError when the type is empty or belongs to the protocol. */
export function checkType(type: unknown): asserts type is string {
  if (typeof type !== "string" || type === "" || type === ERROR_TYPE || type.startsWith(CONTROL_PREFIX)) {
    throw new TypeError(`${JSON.stringify(type)} is reserved, or no message type`);
  }
}

function checkMeta(type: string, keys: readonly string[]): void {
  for (const key of keys) {
    if (RESERVED_META.includes(key)) throw new TypeError(`Meta of ${JSON.stringify(type)} may not declare ${key}`);
  }
}

function validateFrame(
  type: string,
  { meta, payload }: Pick<Validators, "meta" | "payload">,
  frame: unknown,
): Checked<unknown> {
  if (!isEnvelope(frame) || frame.type !== type) {
    return { issues: [{ path: ["type"], message: `Expected ${type}` }] };
  }
  const checks = [meta?.inbound(frame.meta ?? {}), payload?.inbound(frame.payload)];
  return whenAll(checks, ([inMeta, inPayload]) => {
    const issues = [...under("meta", inMeta), ...under("payload", inPayload)];
    if (issues.length > 0) return { issues };
    const values = [inMeta, inPayload] as ({ value?: object } | undefined)[];
    return { value: { type, meta: { ...frame.meta, ...values[0]?.value }, payload: values[1]?.value } };
  });
}

type Result = StandardResult<unknown> | undefined;

function under(part: string, result: Result): StandardIssue[] {
  return (result?.issues ?? []).map(({ message, path = [] }) => ({ message, path: [part, ...path] }));
}
