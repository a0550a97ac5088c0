export type { ItemSource, StreamArgs, StreamingCall, StreamingRequestOptions, StreamsSurface } from "./api/streams.ts";
export { streams } from "./client/streams-part.ts";
