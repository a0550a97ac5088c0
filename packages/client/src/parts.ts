export { contracts, handlers, requests, resume, tokens, topics } from "./client/parts.ts";
export type { Handling, HandlersOptions, RequestHandler, ServerRequest } from "./api/handlers.ts";
export type { ClientPart, OptionsOf, SurfaceOf } from "./api/part.ts";
export { WsKitError } from "@ws-kit/core/protocol";
