export type {
  Answer,
  Asked,
  Call,
  Connection,
  FollowedLiveTopic,
  FollowedTopic,
  MembersShown,
} from "@ws-kit/client/views";
export type { RequestState, UseRequestOptions } from "./asking.ts";
export { useClient, WsProvider, type WsProviderProps } from "./provider.ts";
export { useConnection, useLatency } from "./use-connection.ts";
export { useMessage } from "./use-message.ts";
export { useCall, useRequest } from "./use-request.ts";
export { type Presence, usePresence } from "./use-presence.ts";
export { useSuspenseRequest } from "./use-suspense-request.ts";
export { type StreamState, useStream } from "./use-stream.ts";
export { useTopic } from "./use-topic.ts";
