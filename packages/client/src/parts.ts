import type { Calls, createCalls } from "./calls.ts";
import type { ClientOptions, SocketLike, Token } from "./options.ts";
import type { Hear, Socket } from "./socket.ts";

/** What not every page needs: a bundle that leaves one out is so much smaller. */
export interface Parts {
  /**
   * Where to connect and what subprotocols to offer, the token in one of them.
   *
   * @param base The URL as the application gave it.
   */
  readonly address: (options: ClientOptions, base: string, token: Token) => [url: string, protocols: string[]];
  /** @param key Stands for the server and the user; one that nobody else has stands for a socket of one's own. */
  readonly connect: (key: unknown, create: () => SocketLike, hear: Hear) => Socket;
  /** Requests, and what belongs to them. */
  readonly calls?: (...args: Parameters<typeof createCalls>) => Calls;
}
