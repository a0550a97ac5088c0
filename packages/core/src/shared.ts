// "./protocol": what both ends of a connection import.
export { checkOptions } from "./base/options.ts";
export type { Kind, Kinds } from "./base/options.ts";
export { isPromise, when } from "./base/when.ts";
export type { AfterAnswer, MaybeAnswer, UnlessAnswer } from "./message/answer.ts";
export { checkHandler, checkMessage } from "./message/arguments.ts";
export { checkFingerprint } from "./message/agreement.ts";
export { check } from "./message/check.ts";
export type { Contract } from "./message/contract.ts";
export type { ClientAsks, ClientRequests, ClientSends, ServerAsks, ServerSends, WhyNot } from "./message/direction.ts";
export { ValidationError, WsKitError } from "./message/errors.ts";
export type { RetryOptions } from "./message/errors.ts";
export type {
  AnswerOf,
  AnyMessage,
  AnyRpc,
  ErrorSchemas,
  Frame,
  InferChunk,
  InferChunkInput,
  InferErrors,
  InferErrorsInput,
  InferInput,
  InferMessage,
  InferMeta,
  InferMetaInput,
  InferPayload,
  InferProgress,
  InferProgressInput,
  OnProgress,
  InferResponse,
  Message,
  Received,
  Rpc,
  SendArgs,
  SendArgsOf,
  SendOptions,
} from "./message/message.ts";
export type { MessageOptions, RpcOptions, StreamingOptions } from "./message/sources.ts";
export type { MessageSpec, RpcSpec } from "./message/spec.ts";
export { message, rpc } from "./message/standard.ts";
export { validatorsOf } from "./message/validators.ts";
export { jsonCodec } from "./protocol/codec.ts";
export type { Codec, Packet } from "./protocol/codec.ts";
export { CLOSE, ERROR_CODES, isTerminalClose } from "./protocol/codes.ts";
export type { ErrorCode } from "./protocol/codes.ts";
export {
  ABORT_TYPE,
  CHUNK_TYPE,
  CREDIT_TYPE,
  END_TYPE,
  STOP_TYPE,
  FAILED_TYPE,
  SERVER_ID_PREFIX,
  CONTROL_PREFIX,
  ERROR_TYPE,
  AUTH_TYPE,
  CONTRACT_TYPE,
  GOAWAY_FRAME,
  GRANT_TYPE,
  POSITION_TYPE,
  PRESENCE_TYPE,
  POSITIONS_TYPE,
  SUBSCRIBE_TYPE,
  SUBSCRIBED_TYPE,
  UNSUBSCRIBE_TYPE,
  UNSUBSCRIBED_TYPE,
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
export {
  BASE_PROTOCOL,
  codecProtocol,
  CONTRACT_PROTOCOL_PREFIX,
  RESUME_PROTOCOL_PREFIX,
  TOKEN_PROTOCOL_PREFIX,
  tokenFromProtocols,
  tokenProtocols,
} from "./protocol/subprotocols.ts";
export type { GapReason, Position, SubscribeStatus } from "./protocol/position.ts";
export type { SavedPosition } from "./api/history.ts";
export type { Carries, Live, NeedsHistory, NotCarried, RecordedName, TopicName } from "./message/topic.ts";
export type { NoPresence, Present } from "./message/presence.ts";
export type { Issue } from "./schema/issues.ts";
export type { StandardSchema } from "./schema/standard-schema.ts";
