import type { OPTIONS_OF_PARTS } from "./steps/options.ts";
import { createClient } from "./client/create-client.ts";
import { plainSockets } from "./client/plain-sockets.ts";
import type { ClientPart, OptionsOf, SurfaceOf } from "./api/part.ts";
import type { ClientOptions } from "./api/options.ts";
import type { Client, Off, Opening } from "./api/client.ts";

export type {
  AnyMessage,
  InferInput,
  InferMessage,
  InferMeta,
  InferPayload,
  Message,
  SendArgsOf,
} from "@ws-kit/core/protocol";
export { ConnectionClosedError, ServerError, StateError, ValidationError } from "./api/errors.ts";
export type { ClientOptions, SocketLike, WebSocketClass } from "./api/options.ts";
export type { ConnectionState, StateInfo } from "./api/states.ts";
export type { ClientPart, OptionsOf, SurfaceOf } from "./api/part.ts";
export type { Client, ErrorContext, ErrorKind, Off } from "./api/client.ts";

/** What the small `wsClient` takes. A token can be put into the URL by a function as `url`. */
export type LiteOptions = Omit<ClientOptions, keyof typeof OPTIONS_OF_PARTS>;
/** A client without requests and observers. */
export interface LiteClient extends Omit<
  Client,
  "request" | "attempt" | "stream" | "observe" | "onOpen" | "subscribe"
> {
  /** As `onOpen` of `@ws-kit/client`, without its `request`. */
  onOpen(handler: (opening: Omit<Opening, "request">) => unknown): Off;
}

/**
 * The client for pages that only send and receive messages: as `wsClient` of `@ws-kit/client`, without requests, tokens,
 * topics, resumed and shared sockets; a page adds those that it needs by `use`, from `@ws-kit/client/parts`.
 *
 * @throws TypeError for an option whose part is not in `use`, but in a bundle for production.
 *
 * @example
 * const client = wsClient({ url: async () => `wss://example.com/ws?token=${await session.accessToken()}` });
 *
 * @example
 * const client = wsClient({ url, use: [requests(), topics()] });
 */
export function wsClient<const P extends readonly ClientPart[] = []>(
  options: LiteOptions & { readonly use?: P | undefined } & NoInfer<OptionsOf<P>>,
): SurfaceOf<P> & LiteClient {
  return createClient(options, [plainSockets()]) as LiteClient as SurfaceOf<P> & LiteClient;
}
