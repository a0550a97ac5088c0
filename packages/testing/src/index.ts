export { TestClient } from "./client.ts";
export type { Received, TestRequestOptions, TestRpcOptions } from "./client.ts";
export type { Frame } from "./frame.ts";
export { expectComplete } from "./complete.ts";
export { VirtualClock } from "./clock.ts";
export { createTestServer, RefusedError, TestServer } from "./server.ts";
export type { ConnectOptions, LogLine, TestServerOptions, TestWebSocketClass } from "./server.ts";
export type { Closed, MemorySocket } from "./socket.ts";
export type { MemoryWebSocket } from "./web-socket.ts";
