export { check } from "./message/check.ts";
export { CLOSE, ERROR_CODES, isTerminalClose } from "./protocol/codes.ts";
export type { ErrorCode } from "./protocol/codes.ts";
export { jsonCodec } from "./protocol/codec.ts";
export type { Codec } from "./protocol/codec.ts";
export { checkType, defineMessage, defineRpc } from "./message/define.ts";
export type { Compile, DefineKit, DefineOptions } from "./message/define.ts";
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
} from "./protocol/envelope.ts";
export type { Envelope, ErrorPayload, Meta } from "./protocol/envelope.ts";
export { ValidationError, WsKitError } from "./message/errors.ts";
export type { RetryOptions } from "./message/errors.ts";
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
} from "./message/message.ts";
export { describePlain, fieldOf, isStateless, variantOf } from "./schema/plain.ts";
export type { Below, Bound, FastCheck, Plain, PlainField, PlainOption } from "./schema/plain.ts";
export { message, rpc } from "./message/standard.ts";
export type { StandardMessageOptions, StandardRpcOptions } from "./message/standard.ts";
export type {
  SchemaInput,
  SchemaOutput,
  StandardIssue,
  StandardProps,
  StandardResult,
  StandardSchema,
} from "./schema/standard-schema.ts";
export { BASE_PROTOCOL, TOKEN_PROTOCOL_PREFIX, tokenFromProtocols, tokenProtocols } from "./protocol/subprotocols.ts";
export { MAX_ISSUES } from "./schema/issues.ts";
export { toIssues } from "./schema/issues.ts";
export { createValidator, standardValidator } from "./schema/validator.ts";
export type { Issue } from "./schema/issues.ts";
export type { Checked, Validator } from "./schema/validator.ts";
export { isPromise, when } from "./base/when.ts";
export { planWire } from "./schema/wire.ts";
export type { SchemaView, Strip } from "./schema/wire.ts";
