// For validator packages: how a schema becomes the parts of a definition, and what a server may generate from it.
export { isPromise, when } from "./base/when.ts";
export { checkType, defineRpc, messageMaker } from "./message/define.ts";
export type { Compile, DefineKit, DefineOptions, MessageMaker } from "./message/define.ts";
export type { AnyMessage, AnyRpc, ErrorSchemas, Message, Rpc } from "./message/message.ts";
export type { DefineMessage, DefineRpc, Sources } from "./message/sources.ts";
export { validatorsOf } from "./message/validators.ts";
export type { Validators } from "./message/validators.ts";
export type { ErrorCode } from "./protocol/codes.ts";
export { lengthsOf, numberOf } from "./schema/bounds.ts";
export type { Lengths } from "./schema/bounds.ts";
export { checksOf, plainOf, readSchemasOf } from "./schema/generate.ts";
export type { SchemaReader } from "./schema/generate.ts";
export { MAX_ISSUES, toIssues } from "./schema/issues.ts";
export { judge } from "./schema/judge.ts";
export type { Issue } from "./schema/issues.ts";
export { describePlain, isStateless, literalOf, variantOf } from "./schema/plain.ts";
export type { Below, Bound, FastCheck, Opaque, Plain, PlainField, PlainOption } from "./schema/plain.ts";
export type {
  SchemaInput,
  SchemaOutput,
  StandardIssue,
  StandardProps,
  StandardResult,
  StandardSchema,
} from "./schema/standard-schema.ts";
export { createValidator, standardValidator } from "./schema/validator.ts";
export type { Checked, Checks, Tell, Validator } from "./schema/validator.ts";
export { planWire } from "./schema/wire.ts";
export type { SchemaView, Strip } from "./schema/wire.ts";
