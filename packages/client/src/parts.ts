export { contracts, requests, resume, tokens, topics } from "./client/parts.ts";
export type { ClientPart, OptionsOf, SurfaceOf } from "./api/part.ts";
