// For validator packages: how a schema becomes the parts of a definition, and what a server may generate from it.
export { calmed, isPromise, when } from "./base/when.ts";
export { checkType, messageMaker, rpcMaker } from "./message/define.ts";
export type { Compile, DefineKit, DefineOptions, MessageMaker, RpcMaker } from "./message/define.ts";
export { standardJsonSchema } from "./message/contract-json.ts";
export type { AnyMessage, AnyRpc, ErrorSchemas, Message, Rpc } from "./message/message.ts";
export type { DefineMessage, DefineRpc, Sources } from "./message/sources.ts";
export { topicMaker } from "./message/topic-maker.ts";
export { validatorsOf } from "./message/validators.ts";
export type { Validators } from "./message/validators.ts";
export type { ErrorCode } from "./protocol/codes.ts";
export { lengthsOf, numberOf, textOf } from "./schema/bounds.ts";
export type { Lengths, NumberCheck, TextCheck } from "./schema/bounds.ts";
export { checksOf, plainOf, readSchemasOf } from "./schema/checks.ts";
export type { SchemaReader } from "./schema/checks.ts";
export { describePlain, literalOf, objectOf, tried, unionOf, variantOf } from "./schema/describe.ts";
export type { Below } from "./schema/describe.ts";
export { MAX_ISSUES, toIssues } from "./schema/issues.ts";
export { judge } from "./schema/judge.ts";
export type { Issue } from "./schema/issues.ts";
export { mayBeMissing, MISFIT } from "./schema/plain.ts";
export type {
  Bound,
  Containment,
  FastCheck,
  JsonType,
  Literal,
  Opaque,
  Plain,
  PlainDefault,
  PlainField,
  PlainNumber,
  PlainObject,
  PlainOption,
  PlainText,
} from "./schema/plain.ts";
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
