export * as v from "valibot";
export { message, rpc } from "./define.ts";
export type { MessageOptions, RpcOptions, ValibotSchema, ValibotShape } from "./define.ts";
export { ERROR_CODES, ValidationError, WsKitError } from "@ws-kit/core";
export type {
  AnyMessage,
  AnyRpc,
  ErrorCode,
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
  Issue,
  Message,
  Meta,
  RetryOptions,
  Rpc,
  SendOptions,
} from "@ws-kit/core";
