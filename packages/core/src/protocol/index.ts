export { check } from "./check.ts";
export { CLOSE, ERROR_CODES, isTerminalClose } from "./codes.ts";
export type { ErrorCode } from "./codes.ts";
export { jsonCodec } from "./codec.ts";
export type { Codec } from "./codec.ts";
export { checkType, defineMessage, defineRpc } from "./define.ts";
export type { Compile, DefineKit, DefineOptions } from "./define.ts";
export {
  ABORT_TYPE,
  CONTROL_PREFIX,
  ERROR_TYPE,
  GOAWAY_TYPE,
  isEnvelope,
  MAX_CORRELATION_ID,
  PING_FRAME,
  PING_TYPE,
  PONG_FRAME,
  PONG_TYPE,
  PROGRESS_TYPE,
} from "./envelope.ts";
export type { Envelope, ErrorPayload, Meta } from "./envelope.ts";
export { ValidationError, WsKitError } from "./errors.ts";
export type { RetryOptions } from "./errors.ts";
export type {
  AnyMessage,
  AnyRpc,
  ErrorSchemas,
  Frame,
  InferErrors,
  InferErrorsInput,
  InferInput,
  InferMessage,
  InferMeta,
  InferMetaInput,
  InferPayload,
  InferProgress,
  InferProgressInput,
  InferResponse,
  Message,
  Rpc,
  SendArgs,
  SendOptions,
  Validators,
} from "./message.ts";
export { describePlain, fieldOf, isStateless, variantOf } from "./plain.ts";
export type { Below, Bound, FastCheck, Plain, PlainField, PlainOption } from "./plain.ts";
export { message, rpc } from "./standard.ts";
export type { StandardMessageOptions, StandardRpcOptions } from "./standard.ts";
export type {
  SchemaInput,
  SchemaOutput,
  StandardIssue,
  StandardProps,
  StandardResult,
  StandardSchema,
} from "./standard-schema.ts";
export { BASE_PROTOCOL, TOKEN_PROTOCOL_PREFIX, tokenFromProtocols, tokenProtocols } from "./token.ts";
export { MAX_ISSUES } from "./redact.ts";
export { createValidator, standardValidator, toIssues } from "./validate.ts";
export type { Checked, Issue, Validator } from "./validate.ts";
export { isPromise, when } from "./when.ts";
export { planWire } from "./wire.ts";
export type { SchemaView, Strip } from "./wire.ts";
