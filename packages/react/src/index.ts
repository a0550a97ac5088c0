export type { Answer, Asked, RequestState, UseRequestOptions } from "./asking.ts";
export { useClient, WsProvider, type WsProviderProps } from "./provider.ts";
export { type Connection, useConnection, useLatency } from "./use-connection.ts";
export { useMessage } from "./use-message.ts";
export { type Call, useCall, useRequest } from "./use-request.ts";
export { type Presence, usePresence } from "./use-presence.ts";
export { useSuspenseRequest } from "./use-suspense-request.ts";
export { type StreamState, useStream } from "./use-stream.ts";
export { type FollowedLiveTopic, type FollowedTopic, useTopic } from "./use-topic.ts";
