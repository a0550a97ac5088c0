import { createClient } from "./client/create-client.ts";
import type { ClientOptions } from "./api/options.ts";
import { connect } from "./socket/socket.ts";
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
export type { Client, ErrorContext, ErrorKind, Off } from "./api/client.ts";

const MISSING = ["auth", "contract", "maxPendingRequests", "share"] as const;

/** What the small `wsClient` takes. A token can be put into the URL by a function as `url`. */
export type LiteOptions = Omit<ClientOptions, (typeof MISSING)[number]>;
/** A client without requests and observers. */
export interface LiteClient extends Omit<
  Client,
  "request" | "attempt" | "stream" | "observe" | "onOpen" | "subscribe"
> {
  /** As `onOpen` of `@ws-kit/client`, without its `request`. */
  onOpen(handler: (opening: Omit<Opening, "request">) => unknown): Off;
}

/**
 * The client for pages that only send and receive messages: as `wsClient` of `@ws-kit/client`, without requests, tokens
 * and shared sockets.
 *
 * @throws TypeError for an option that it has no part for.
 *
 * @example
 * const client = wsClient({ url: async () => `wss://example.com/ws?token=${await session.accessToken()}` });
 */
export function wsClient(options: LiteOptions): LiteClient {
  const missing = MISSING.find((name) => (options as ClientOptions | undefined)?.[name]);
  if (missing) throw new TypeError(`${missing} needs @ws-kit/client`);
  return createClient(options, { _connect: connect });
}
